// The clients that people use, unmodified, against the whole stack: a card comes to them as an interrupt, and their own
// way of answering one runs what it showed, once.
import { HttpAgent, type RunAgentParameters } from '@ag-ui/client';
import type { Interrupt } from '@ag-ui/core';
import { ChatClient, fetchServerSentEvents } from '@tanstack/ai-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Stack, startStack } from '../stack.ts';
import { signIn, type Visitor } from './visitor.ts';

let stack: Stack;
/** Each client is somebody else's: one person has only so many requests a minute. */
let visitor: Visitor;

beforeAll(async () => {
  stack = await startStack({ demo: { pace: 'instant' } });
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

/** What the server holds, read apart from any client library. */
async function stored(threadId: string): Promise<readonly Message[]> {
  const reply = await visitor.get(`/api/v1/ai/sessions/${threadId}/messages`);
  return ((await reply.json()) as { messages: Message[] }).messages;
}

const cardsOf = async (threadId: string) => (await stored(threadId)).flatMap(({ confirmations }) => confirmations);

describe('TanStack AI ChatClient', () => {
  beforeAll(async () => {
    visitor = await signIn(stack, 'ada@cascade.test');
  });

  /** To a client that has no schema of the server's tool, its approval is an interrupt that takes what the server says. */
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
  ] as const)('%s by its own interrupts, and shows what came of it', async (_name, approved, state) => {
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

  it('finds the card again after a reload, and its answer still counts', async () => {
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

  it('R28: a click on the page and a resume for the same card have one effect', async () => {
    const { threadId, agent, interruptId } = await propose();
    const click = await visitor.send('POST', `/api/v1/ai/sessions/${threadId}/approvals/${interruptId}`, {
      decision: 'approve',
    });
    expect(click.status).toBe(200);
    // The agent logs what it throws.
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await expect(agent.runAgent(answer(interruptId, true))).rejects.toThrow('409');
    expect(logged).toHaveBeenCalled();
    const again = await visitor.send('POST', `/api/v1/ai/sessions/${threadId}/approvals/${interruptId}`, {
      decision: 'approve',
    });
    expect([again.status, await again.json()]).toMatchObject([409, { code: 'APPROVAL_DECIDED' }]);
  });
});
