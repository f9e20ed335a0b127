// Thinking, a change of model and a fallback as a person sees them, and what each provider is sent. The provider imitates both
// Anthropic and OpenAI (Responses). It refuses what the real APIs refuse, also thinking that another provider wrote.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import type { ScriptedPart } from '../testing/providers/scripted-answer.ts';
import {
  type AskedRequest,
  type ScriptedProvider,
  type ScriptedReply,
  startScriptedProvider,
  thinkingIn,
} from '../testing/providers/scripted-provider.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { answersIn, askIn, enter, sendIn } from './assistant-page.ts';
import { signIn } from './visitor.ts';

let provider: ScriptedProvider;
let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  provider = await startScriptedProvider();
  [stack, browser] = await Promise.all([startTestStack({ settings: provider.bothSettings }), openTestBrowser()]);
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
  await provider?.stop();
});

async function openChat(email = 'ada@cascade.test'): Promise<{ page: Page; main: Locator }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await enter(context, stack, { email, path: '/chat' });
  return { page, main: page.locator('main') };
}

const SEARCH = { call: 'search_items', input: { query: 'PN-000059' } };
const BOM = { call: 'get_bom', input: { itemId: 'PN-000059', depth: 1 } };

/** What an answer shows, from top to bottom. */
const outlineOf = (answer: Locator): Promise<string[]> =>
  answer.locator('details, [data-words]').evaluateAll((places) =>
    places.map((place) => {
      const tool = place.getAttribute('data-tool');
      if (tool !== null) return `tool: ${tool}`;
      const text = place.textContent?.trim() ?? '';
      return place.tagName === 'DETAILS' ? `thought: ${place.querySelector('p')?.textContent}` : text;
    }),
  );

async function ask(main: Locator, words: string): Promise<Locator> {
  await sendIn(main).waitFor();
  await askIn(main, words);
  return answersIn(main).last();
}

async function expectAnswer(main: Locator, words: string, outline: readonly string[]): Promise<void> {
  await expect.poll(() => outlineOf(answersIn(main).last()), { message: words }).toEqual(outline);
  await sendIn(main).waitFor();
}

async function chooseModel(page: Page, main: Locator, from: string, to: string): Promise<void> {
  await main.getByRole('button', { name: `Model: ${from}` }).click();
  await page.getByRole('menuitemradio', { name: new RegExp(`^${to}`) }).click();
  await main.getByRole('button', { name: `Model: ${to}` }).waitFor();
}

const thoughtsIn = ({ items }: AskedRequest): string[] => thinkingIn(items).map(({ text }) => text);

it('shows thinking while it streams, and notes and tool calls in the order in which the model wrote them', async () => {
  const { page, main } = await openChat();
  const thought = Promise.withResolvers<void>();
  const words = 'Which parts does PN-000059 need?';
  provider.script(
    words,
    {
      parts: [
        { thinking: 'The person asks for a bill of materials.' },
        { until: thought.promise },
        { text: 'First I look up the part.' },
        SEARCH,
        { text: 'Then I read its bill of materials.' },
        BOM,
      ],
    },
    { parts: [{ thinking: 'Both results are here.' }, { text: 'It needs two parts.' }] },
  );
  const answer = await ask(main, words);
  await answer.getByText('Reasoning…').click();
  await answer.getByText('The person asks for a bill of materials.').waitFor();
  expect(await answer.locator('[data-words]').count()).toBe(0);
  thought.resolve();
  const outline = [
    'thought: The person asks for a bill of materials.',
    'First I look up the part.',
    'tool: search_items',
    'Then I read its bill of materials.',
    'tool: get_bom',
    'thought: Both results are here.',
    'It needs two parts.',
  ];
  await expectAnswer(main, 'live', outline);
  await page.reload();
  await expectAnswer(main, 'after a reload', outline);
  expect(provider.refused()).toEqual([]);
  expect(provider.asked(words).map(thoughtsIn)).toEqual([[], ['The person asks for a bill of materials.']]);
});

it('changes the model from one provider to another and back, and each gets only its own thinking', async () => {
  const { page, main } = await openChat();
  const turn = (name: string, call: ScriptedPart): ScriptedReply[] => [
    { parts: [{ thinking: `${name} looks` }, call] },
    { parts: [{ thinking: `${name} reads` }, { text: `${name} answers.` }] },
  ];
  const outline = (name: string, tool: string) => [
    ...[`thought: ${name} looks`, `tool: ${tool}`],
    ...[`thought: ${name} reads`, `${name} answers.`],
  ];
  provider.script('the first question', ...turn('First', SEARCH));
  provider.script('the second question', ...turn('Second', BOM));
  provider.script('the third question', ...turn('Third', SEARCH));

  await ask(main, 'This is the first question.');
  await expectAnswer(main, 'the first answer', outline('First', 'search_items'));
  await chooseModel(page, main, 'Sonnet 5.5', 'GPT-6.2 Sol');
  await ask(main, 'This is the second question.');
  await expectAnswer(main, 'the second answer', outline('Second', 'get_bom'));
  await chooseModel(page, main, 'GPT-6.2 Sol', 'Sonnet 5.5');
  await ask(main, 'This is the third question.');
  await expectAnswer(main, 'the third answer', outline('Third', 'search_items'));

  expect(provider.refused()).toEqual([]);
  const asked = ['first', 'second', 'third'].flatMap((one) => provider.asked(`the ${one} question`));
  expect(asked.map((request) => [request.wire, request.model, thoughtsIn(request)])).toEqual([
    ['anthropic', 'claude-sonnet-5-5', []],
    ['anthropic', 'claude-sonnet-5-5', ['First looks']],
    ['openai-responses', 'gpt-6.2-sol', []],
    ['openai-responses', 'gpt-6.2-sol', ['Second looks']],
    ['anthropic', 'claude-sonnet-5-5', ['First looks', 'First reads']],
    ['anthropic', 'claude-sonnet-5-5', ['First looks', 'First reads', 'Third looks']],
  ]);
});

it('completes an answer with the fallback when the provider fails in the middle of a tool loop, and says so', async () => {
  const admin = await signIn(stack, 'ada@cascade.test');
  const key = { apiKey: 'sk-0123456789' };
  const saved = await admin.send('POST', '/api/v1/ai/settings', {
    ...{ provider: 'anthropic', baseUrl: provider.url, ...key },
    fallback: { provider: 'openai', baseUrl: `${provider.url}/v1`, wire: 'openai-responses', ...key },
  });
  expect(saved.status).toBe(201);
  const { page, main } = await openChat();
  const words = 'Does the loop go on?';
  provider.script(
    words,
    { parts: [{ thinking: 'I look first.' }, { text: 'One moment.' }, SEARCH] },
    { status: 529, error: 'Overloaded' },
    { parts: [{ thinking: 'The result is here.' }, BOM] },
    { parts: [{ text: 'It does.' }] },
  );
  await ask(main, words);
  const outline = [
    ...['thought: I look first.', 'One moment.', 'tool: search_items'],
    ...['thought: The result is here.', 'tool: get_bom', 'It does.'],
  ];
  const expectSwitch = async (when: string): Promise<void> => {
    await expectAnswer(main, when, outline);
    await answersIn(main)
      .last()
      .getByText(/^Sonnet 5\.5, then GPT-6\.2 Sol · /)
      .waitFor();
    expect(await answersIn(main).last().getByRole('alert').count()).toBe(0);
  };
  await expectSwitch('live');
  await page.reload();
  await expectSwitch('after a reload');
  expect(provider.refused()).toEqual([]);
  expect(provider.asked(words).map((request) => [request.wire, thoughtsIn(request)])).toEqual([
    ['anthropic', []],
    ['anthropic', ['I look first.']],
    ['openai-responses', []],
    ['openai-responses', ['The result is here.']],
  ]);
  expect((await admin.send('DELETE', '/api/v1/ai/settings')).status).toBeLessThan(300);
});
