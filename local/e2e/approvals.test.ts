// Public client libraries, unmodified, against the whole stack. They receive an approval as an interrupt, and resolving
// it their own way runs the proposed change once.
import { HttpAgent, type RunAgentParameters } from '@ag-ui/client';
import type { Interrupt } from '@ag-ui/core';
import { ChatClient, fetchServerSentEvents } from '@tanstack/ai-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { signIn, type Visitor } from './visitor.ts';

let stack: Stack;
let visitor: Visitor;

beforeAll(async () => {
  stack = await startTestStack({ demo: { pace: 'instant' } });
});

afterAll(async () => {
  await stack?.stop();
});

const ASK = 'Create a new part called Motor Assembly in design PKH-MFG';

type Confirmation = {
  readonly approvalId: string;
  readonly state: string;
  readonly outcome: { readonly label: string | null } | null;
};
type Message = {
  readonly role: string;
  readonly parts: readonly { type: string; content?: string }[];
  readonly confirmations: readonly Confirmation[];
};

/** What the server stores, read without a client library. */
async function stored(threadId: string): Promise<readonly Message[]> {
  const reply = await visitor.get(`/api/v1/ai/sessions/${threadId}/messages`);
  return ((await reply.json()) as { messages: Message[] }).messages;
}

const cardsOf = async (threadId: string) => (await stored(threadId)).flatMap(({ confirmations }) => confirmations);

describe('TanStack AI ChatClient', () => {
  beforeAll(async () => {
    visitor = await signIn(stack, 'ada@cascade.test');
  });

  /** A client without the tool's schema gets its approval as an interrupt, in the shape that the server sends. */
  function resolve(client: ChatClient, approved: boolean): void {
    const [interrupt] = client.getInterrupts();
    if (interrupt?.kind !== 'generic') throw new Error(`an interrupt of kind ${interrupt?.kind}`);
    interrupt.resolveInterrupt({ approved });
  }

  function connect(threadId: string) {
    const errors: Error[] = [];
    const client = new ChatClient({
      threadId,
      persistence: true,
      connection: fetchServerSentEvents(`${stack.url}/api/v1/ai/chat`, { headers: visitor.headers }),
      onError: (error) => errors.push(error),
    });
    client.attach();
    return { client, errors };
  }

  it.each([
    ['approves', true, 'confirmed'],
    ['declines', false, 'cancelled'],
  ] as const)('%s by its own interrupts, and shows the result', async (_name, approved, state) => {
    const threadId = crypto.randomUUID();
    const { client, errors } = connect(threadId);
    await client.sendMessage(ASK);
    await expect.poll(() => client.getInterrupts().length).toBe(1);
    expect(await cardsOf(threadId)).toMatchObject([{ state: 'pending' }]);
    resolve(client, approved);
    await expect.poll(async () => (await cardsOf(threadId))[0]?.state).toBe(state);
    await expect.poll(() => client.getIsLoading()).toBe(false);
    await expect.poll(() => client.getInterrupts().length).toBe(0);
    expect(errors).toEqual([]);
    const messages = await stored(threadId);
    const said =
      messages
        .at(-1)
        ?.parts.map(({ content }) => content ?? '')
        .join('') ?? '';
    expect(said).not.toBe('');
    const shown = client
      .getMessages()
      .at(-1)
      ?.parts.map((part) => (part.type === 'text' ? part.content : ''))
      .join('');
    expect(shown).toBe(said);
    client.dispose();
  });

  it('shows a pending approval after a reload, and accepts its decision', async () => {
    const threadId = crypto.randomUUID();
    const first = connect(threadId);
    await first.client.sendMessage(ASK);
    await expect.poll(() => first.client.getInterrupts().length).toBe(1);
    first.client.dispose();
    const { client, errors } = connect(threadId);
    await expect.poll(() => client.getInterrupts().length).toBe(1);
    resolve(client, true);
    await expect.poll(async () => (await cardsOf(threadId))[0]?.state).toBe('confirmed');
    expect(errors).toEqual([]);
    client.dispose();
  });
});

describe('AG-UI HttpAgent', () => {
  beforeAll(async () => {
    visitor = await signIn(stack, 'eli@cascade.test');
  });

  async function propose() {
    const threadId = crypto.randomUUID();
    const agent = new HttpAgent({ url: `${stack.url}/api/v1/ai/chat`, headers: { ...visitor.headers }, threadId });
    const interrupts: Interrupt[] = [];
    agent.subscribe({
      onRunFinishedEvent: ({ event }) => {
        if (event.outcome?.type === 'interrupt') interrupts.push(...event.outcome.interrupts);
      },
    });
    agent.addMessage({ id: crypto.randomUUID(), role: 'user', content: ASK });
    await agent.runAgent();
    expect(interrupts).toHaveLength(1);
    return { threadId, agent, interruptId: interrupts[0]?.id ?? '' };
  }

  const answer = (interruptId: string, approved: boolean): RunAgentParameters => ({
    resume: [{ interruptId, status: 'resolved', payload: { approved } }],
  });

  it.each([
    ['approves', true, 'confirmed'],
    ['declines', false, 'cancelled'],
  ] as const)('%s by resume', async (_name, approved, state) => {
    const { threadId, agent, interruptId } = await propose();
    await agent.runAgent(answer(interruptId, approved));
    expect(await cardsOf(threadId)).toMatchObject([{ state }]);
    const messages = await stored(threadId);
    const said = messages
      .at(-1)
      ?.parts.map(({ content }) => content ?? '')
      .join('');
    expect(agent.messages.at(-1)).toMatchObject({ role: 'assistant', content: said });
  });

  it('applies a click on the page and a resume for the same approval only once (R28)', async () => {
    const { threadId, agent, interruptId } = await propose();
    const click = await visitor.send('POST', `/api/v1/ai/sessions/${threadId}/approvals/${interruptId}`, {
      decision: 'approve',
    });
    expect(click.status).toBe(200);
    // The agent logs every error that it throws.
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await expect(agent.runAgent(answer(interruptId, true))).rejects.toThrow('409');
    expect(logged).toHaveBeenCalled();
    const again = await visitor.send('POST', `/api/v1/ai/sessions/${threadId}/approvals/${interruptId}`, {
      decision: 'approve',
    });
    expect([again.status, await again.json()]).toMatchObject([409, { code: 'APPROVAL_DECIDED' }]);
  });
});
