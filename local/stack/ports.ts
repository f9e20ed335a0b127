// Finds a free port of 127.0.0.1, and checks whether a given one is free.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { StackError } from './stack-error.ts';

export const HOST = '127.0.0.1';

export async function getFreePort(): Promise<number> {
  return listenOnce(0);
}

/**
 * @param options.patienceMs How long to wait for an ending process to release the port.
 * @throws StackError if another process listens there.
 */
export async function requireFreePort(port: number, options: { patienceMs: number }): Promise<void> {
  const deadline = Date.now() + options.patienceMs;
  while (true) {
    try {
      await listenOnce(port);
      return;
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code === 'EACCES') {
        throw new StackError(`port ${port} needs more rights; choose one above 1023 with PORT`, { cause });
      }
      if (code !== 'EADDRINUSE') throw cause;
      if (Date.now() >= deadline) {
        const words = `port ${port} is in use; stop what listens there, or choose another: PORT=${port + 1} npm run dev`;
        throw new StackError(words, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new StackError(`PORT is "${text}"; it must be a number between 1 and 65535`);
}

async function listenOnce(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, HOST);
  await once(server, 'listening');
  const taken = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return taken;
}
