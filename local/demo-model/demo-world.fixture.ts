// A conversation with the demo model over the demo data: the real tools, prompts and limits, on a real Postgres.

import { randomUUID } from 'node:crypto';
import { pageNote, withPageNote } from '../../durable/conversation/prompt/page-note.ts';
import { promptFor, toolsFor } from '../../durable/packs/registry.ts';
import type { Access } from '../../durable/principal.ts';
import { toModelTool } from '../../durable/tools/model-tools.ts';
import { createToolRunner } from '../../durable/tools/run-tool.ts';
import { openTenant } from '../../durable/tools/tenant-access.ts';
import { createTurnLimits } from '../../durable/tools/turn-limits.ts';
import { requireDemoOrg, requireDemoPerson } from '../demo-data/demo-people.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { answer } from './answer.ts';
import type { DemoMessage, DemoToolCall } from './wires/wire.ts';

export type Turn = {
  readonly text: string;
  readonly calls: readonly DemoToolCall[];
  readonly results: readonly string[];
};

/** The maximum number of requests in a turn. */
const MAX_STEPS = 8;

export async function createDemoWorld() {
  const database = await createTestDatabase();

  return { database, start };

  /** A conversation of one user, with what the page shows. */
  function start(email: string, view: { readonly program?: string; readonly design?: string } = {}) {
    const access = accessOf(email);
    const toId = (id: string | undefined) => (id === undefined ? null : { id });
    const prompt = promptFor({ access, mode: 'chat' });
    const inView = { program: toId(view.program), design: toId(view.design) };
    const offered = toolsFor(access, 'chat');
    const tools = offered
      .map(toModelTool)
      .map(({ name, description, parameters }) => ({ name, description, schema: parameters }));
    const messages: DemoMessage[] = [];

    return { ask };

    async function ask(text: string): Promise<Turn> {
      const runner = createToolRunner({
        tools: offered,
        limits: createTurnLimits(),
        tenant: (who) => openTenant(database.deps, who),
        audit: () => {},
        now: Date.now,
        newId: randomUUID,
      });
      const context = {
        access,
        sessionId: randomUUID(),
        programId: null,
        designId: null,
        runId: `run-${randomUUID()}`,
        messageId: null,
        requestId: 'request',
        provider: 'demo',
        model: 'demo',
      };
      const calls: DemoToolCall[] = [];
      const results: string[] = [];
      const note = pageNote(access, { view: inView, about: null, now: Date.now() });
      messages.push({ role: 'user', text: withPageNote(text, { note }) });
      for (let step = 0; step < MAX_STEPS; step += 1) {
        const said = answer({ system: prompt ?? '', messages, tools });
        const toolCalls = said.toolCalls.map((one) => ({ id: randomUUID(), name: one.name, args: one.args }));
        messages.push({ role: 'assistant', text: said.text, toolCalls });
        if (toolCalls.length === 0) return { text: said.text, calls, results };
        calls.push(...toolCalls);
        for (const toolCall of toolCalls) {
          const outcome = await runner.propose(context, {
            id: toolCall.id,
            name: toolCall.name,
            arguments: JSON.stringify(toolCall.args),
          });
          if (outcome.kind === 'approval') return { text: '', calls, results };
          if (!('content' in outcome)) throw new Error(`${toolCall.name}: ${JSON.stringify(outcome)}`);
          results.push(outcome.content);
          const isError = outcome.kind === 'refused' && outcome.isError;
          messages.push({ role: 'tool', callId: toolCall.id, toolName: toolCall.name, text: outcome.content, isError });
        }
      }
      throw new Error(`no answer to "${text}" after ${MAX_STEPS} steps: ${JSON.stringify(calls)}`);
    }
  }
}

function accessOf(email: string): Access {
  const person = requireDemoPerson(email);
  const [slug = '', role = ''] = Object.entries(person.memberships)[0] ?? [];
  const org = requireDemoOrg(slug);
  return {
    subject: person.subject,
    userId: person.id,
    userName: person.name,
    userEmail: person.email,
    orgId: org.id,
    orgSlug: org.slug,
    orgName: org.name,
    plan: org.plan,
    role,
    features: { aiAssistant: true },
    permissions: [...(org.roles.find(({ name }) => name === role)?.permissions ?? [])],
    confirmedAt: Date.now(),
  };
}
