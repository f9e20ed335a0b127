import { describe, expect, test } from 'vitest';
import { PROTOCOL_VERSION } from '../protocol.ts';
import { connectToHost, type HostLink } from './host-link.ts';

const HOST = 'https://desk.example';
const INIT = {
  ...{ type: 'init', version: PROTOCOL_VERSION, theme: {}, scheme: 'light', locale: 'en', brand: {} },
  ...{ shortcuts: { togglePanel: null, quickAsk: null }, context: null, mode: 'panel' },
};

function frame({ hostOrigin = HOST, allowed = [HOST] } = {}) {
  const posted: unknown[] = [];
  const links: HostLink[] = [];
  let listener: (event: MessageEvent) => void = () => undefined;
  const parent = {
    postMessage: (message: unknown, origin: string) => posted.push([message, origin]),
  } as unknown as Window;
  const isAllowed = connectToHost({ hostOrigin, allowed, parent, listen: (one) => (listener = one) }, (link) =>
    links.push(link),
  );
  const say = (
    data: unknown,
    { origin = HOST, source = parent as unknown, ports = [new MessageChannel().port2] } = {},
  ) => listener({ data, origin, source, ports } as unknown as MessageEvent);
  return { posted, links, say, isAllowed };
}

/** The next message of the frame over the channel. */
const heard = (port: MessagePort): Promise<unknown> =>
  new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
  });

describe('the handshake', () => {
  test('says hello to the host’s origin only, and starts with its init', () => {
    const { posted, links, say } = frame();
    expect(posted).toEqual([[{ type: 'hello', version: PROTOCOL_VERSION }, HOST]]);
    say(INIT);
    expect(links).toHaveLength(1);
    expect(links[0]?.get()).toMatchObject({ mode: 'panel', context: null });
  });

  test('doesn’t begin with a host that the organization doesn’t allow', () => {
    const { posted, isAllowed } = frame({ hostOrigin: 'https://evil.test' });
    expect(isAllowed).toBe(false);
    expect(posted).toEqual([]);
  });

  test('ignores other origins, other windows and other scripts’ messages', () => {
    const { posted, links, say } = frame();
    say(INIT, { origin: 'https://evil.test' });
    say(INIT, { origin: 'null' });
    say(INIT, { source: {} });
    say({ type: 'webpackOk' });
    say('hello');
    expect(links).toHaveLength(0);
    expect(posted).toHaveLength(1);
  });

  test.each([
    [{ ...INIT, version: 99 }, 'version'],
    [{ ...INIT, theme: { accent: 'red' } }, 'invalid'],
    [{ ...INIT, context: { type: 'a', id: 'b', title: 'c', data: 'x'.repeat(9_000) } }, 'too-large'],
  ])('refuses a bad init by name, and can still start', (init, reason) => {
    const { posted, links, say } = frame();
    say(init);
    expect(posted[1]).toEqual([{ type: 'refused', reason, of: 'init' }, HOST]);
    say(INIT);
    expect(links).toHaveLength(1);
  });

  test('refuses a second one', () => {
    const { posted, links, say } = frame();
    say(INIT);
    say({ ...INIT, mode: null });
    expect(links).toHaveLength(1);
    expect(posted[1]).toEqual([{ type: 'refused', reason: 'already-started', of: 'init' }, HOST]);
  });
});

describe('the channel', () => {
  test('refuses what it doesn’t know, and continues', async () => {
    const { say, links } = frame();
    const { port1, port2 } = new MessageChannel();
    const ready = heard(port1);
    say(INIT, { ports: [port2] });
    expect(await ready).toEqual({ type: 'ready' });
    const refused = heard(port1);
    port1.postMessage({ type: 'run', code: 'alert(1)' });
    expect(await refused).toEqual({ type: 'refused', reason: 'unknown-type', of: 'run' });
    const link = links[0];
    const changed = new Promise<void>((resolve) => link?.subscribe(resolve));
    port1.postMessage({ type: 'mode', mode: 'quick' });
    await changed;
    expect(link?.get().mode).toBe('quick');
    port1.close();
  });

  test('matches tokens to questions, and ignores a reply that no one asked for', async () => {
    const { say, links } = frame();
    const { port1, port2 } = new MessageChannel();
    say(INIT, { ports: [port2] });
    port1.onmessage = ({ data }) => {
      if (data.type !== 'want-token') return;
      port1.postMessage({ type: 'token', id: data.id + 100, token: 'not.asked.for' });
      port1.postMessage({ type: 'token', id: data.id, token: `token.${data.id}.x` });
    };
    const link = links[0];
    expect(await link?.askForToken(false)).toEqual({ ok: true, token: 'token.1.x' });
    expect(await link?.askForToken(true)).toEqual({ ok: true, token: 'token.2.x' });
    port1.close();
  });

  test('keeps what was asked until the page can ask it', async () => {
    const { say, links } = frame();
    const { port1, port2 } = new MessageChannel();
    say(INIT, { ports: [port2] });
    const link = links[0];
    const changed = new Promise<void>((resolve) => link?.subscribe(resolve));
    port1.postMessage({ type: 'ask', text: 'What now?', mode: 'quick', send: false });
    await changed;
    const asked: string[] = [];
    link?.onAsk(({ text }) => asked.push(text));
    expect(asked).toEqual(['What now?']);
    port1.close();
  });
});
