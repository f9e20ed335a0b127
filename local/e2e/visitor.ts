// A signed-in person of the demo data, as an HTTP client without a browser.
import type { Stack } from '../stack/stack.ts';

export type Visitor = {
  readonly headers: { readonly Authorization: string };
  get(path: string): Promise<Response>;
  send(method: string, path: string, body?: unknown): Promise<Response>;
};

export async function signIn(stack: Pick<Stack, 'url'>, email: string, org?: string): Promise<Visitor> {
  const reply = await fetch(`${stack.url}/auth/dev`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email }),
  });
  if (!reply.ok) throw new Error(`sign-in as ${email} answered ${reply.status}`);
  const { token } = (await reply.json()) as { token: string };
  const headers = { Authorization: `Bearer ${token}`, ...(org === undefined ? {} : { 'X-Org': org }) };
  const call = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(stack.url + path, {
      method,
      headers: { ...headers, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { headers, get: (path) => call('GET', path), send: call };
}

/** An AG-UI request as a client without a library sends it. */
export const askBody = (threadId: string, runId: string, text: string) => ({
  threadId,
  runId,
  messages: [{ id: `m-${runId}`, role: 'user', content: text }],
  tools: [],
  context: [],
  state: {},
  forwardedProps: {},
});
