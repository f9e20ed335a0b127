// A line between browser and Worker that can be cut in the middle of a stream, which a browser's own offline switch does
// not do: it only keeps new requests from starting.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { HOST } from '../ports.ts';

export type Line = {
  readonly url: string;
  /** Ends every connection, and refuses new ones. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
};

export async function openLine(url: string): Promise<Line> {
  const port = Number(new URL(url).port);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(port, HOST);
    for (const socket of [near, far]) {
      sockets.add(socket);
      // An end that was cut is no failure here.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, HOST);
  await once(server, 'listening');
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true;
      drop();
    },
    mend: () => {
      isCut = false;
    },
    close: async () => {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
