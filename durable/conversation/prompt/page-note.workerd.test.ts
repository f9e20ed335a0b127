import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../../principal.ts';
import { ADA, accessOf, ask, callOf, newTalk, readerOf, type Talk } from '../tests/conversation-client.fixture.ts';
import { createWorld, type ProviderCall, toolUse, type World, words } from '../tests/gated-world.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

/** What a provider's prompt cache compares, in its order: tools, system and messages, without the cache breakpoints. */
function promptOf({ body }: ProviderCall): string[] {
  const { system, tools, messages } = body as ProviderCall['body'] & { readonly system: unknown };
  const bytes = (part: unknown): string =>
    JSON.stringify(part, (key, value: unknown) => (key === 'cache_control' ? undefined : value));
  return [tools, system, ...messages].map(bytes);
}

async function turn(talk: Talk, text: string, about: string, answer = words(`answer ${text}`)): Promise<ProviderCall> {
  const call = callOf(talk, access, { text });
  const reader = readerOf(await ask(talk, { ...call, run: { ...call.run, about } }));
  const provider = await world.nextCall();
  provider.send(answer);
  provider.end();
  if (answer.includes('"tool_use"')) {
    const next = await world.nextCall();
    next.send(words('done'));
    next.end();
  }
  await reader.rest();
  return provider;
}

describe("the provider's prompt cache", () => {
  it('keeps its prefix when the user moves between pages, and across tool calls', async () => {
    const talk = newTalk(access);
    const calls = [await turn(talk, 'one', 'Part PN-000001')];
    calls.push(await turn(talk, 'two', 'Part PN-000002', toolUse({ id: 'a', name: 'no_such_tool', input: {} })));
    calls.push(await turn(talk, 'three', 'Design KES-CTL'));
    calls.push(await turn(talk, 'four', 'Part PN-000004'));
    const prompts = calls.map(promptOf);
    for (const [index, prompt] of prompts.entries()) {
      const next = prompts[index + 1];
      if (next) expect(next.slice(0, prompt.length)).toEqual(prompt);
    }
    expect(prompts[3]?.at(-1)).toContain('PN-000004');
    expect(prompts[3]?.[1]).not.toMatch(/In view: |Today is/);
  });
});
