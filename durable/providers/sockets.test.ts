// Behavior that needs real sockets: a closed connection, a reset, a redirect.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { collect, joined, REQUEST } from './scripted-upstream.fixture.ts';
import { systemDeps } from './stream/connection.ts';
import { CONNECTION, WIRES } from './wire.fixture.ts';

let close: (() => void) | undefined;
afterEach(() => close?.());

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    request.resume();
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each(WIRES)('$name', (wire) => {
  const connect = (baseUrl: string) => wire.connect({ ...systemDeps, random: () => 0 }, { ...CONNECTION, baseUrl });

  test('a stop closes the upstream connection within a second (R49)', async () => {
    const closed = Promise.withResolvers<number>();
    const baseUrl = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(wire.text('some text').slice(0, -3).join(''));
      response.on('close', () => closed.resolve(performance.now()));
    });
    const controller = new AbortController();
    let stoppedAt = 0;
    const answer = (async () => {
      for await (const batch of connect(baseUrl).stream(REQUEST, controller.signal)) {
        if (!joined(batch, 'text')) continue;
        stoppedAt = performance.now();
        controller.abort(new Error('stopped'));
      }
    })();
    await expect(answer).rejects.toThrow('stopped');
    expect((await closed.promise) - stoppedAt).toBeLessThan(1_000);
  });

  test('a stop before the first byte closes the connection too (R49)', async () => {
    const closed = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const baseUrl = await serve((request) => {
      request.socket.on('close', () => closed.resolve());
      asked.resolve();
    });
    const controller = new AbortController();
    const outcome = collect(connect(baseUrl), REQUEST, controller.signal);
    await asked.promise;
    controller.abort(new Error('stopped'));
    expect((await outcome).error).toMatchObject({ message: 'stopped' });
    await closed.promise;
  });

  test('reports a reset in the middle as a broken stream (R45)', async () => {
    const baseUrl = await serve((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(wire.text('some text').slice(0, -3).join(''), () => request.socket.resetAndDestroy());
    });
    const { error } = await collect(connect(baseUrl));
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
  });

  test('reports a missing server as unreachable (R45)', async () => {
    const baseUrl = await serve(() => {});
    close?.();
    const { error } = await collect(connect(baseUrl));
    expect(error).toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
  });

  test.each([301, 302, 303, 307, 308])(
    'does not follow a %i, so the key is not sent elsewhere (R25)',
    async (status) => {
      const paths: (string | undefined)[] = [];
      const baseUrl = await serve((request, response) => {
        paths.push(request.url);
        response.writeHead(status, { location: '/elsewhere' }).end();
      });
      const { error } = await collect(connect(baseUrl));
      expect(error).toMatchObject({ code: 'PROVIDER_REFUSED' });
      expect(paths).toHaveLength(1);
      expect(paths).not.toContain('/elsewhere');
    },
  );
});
