// How an answer ends, on every surface that shows one: the state appears at once, with its cause and what to do, and is the
// same after a reload. The provider answers what each case scripts.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import {
  breakOff,
  callTool,
  failInStream,
  type ScriptedProvider,
  type ScriptedReply,
  say,
  startScriptedProvider,
  UNSCRIPTED,
} from '../testing/providers/scripted-provider.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import {
  answersIn,
  askIn,
  composerIn,
  enter,
  newWorkspace,
  openPanel,
  panel,
  quickAsk,
  sendIn,
  stopIn,
} from './assistant-page.ts';

const HARBORLIGHT = '0e010000-0000-4000-8000-000000000002';

type Surface = {
  readonly ask: (words: string) => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Does what the ending offers. */
  readonly next: (action: 'Retry' | 'Continue') => Promise<void>;
  /** Where the last answer is. More than one place if several people see it. */
  readonly answers: () => readonly Locator[];
  readonly reload: () => Promise<void>;
};

let provider: ScriptedProvider;
let stack: Stack;
let browser: Browser;
let surfaces: Readonly<Record<'chat' | 'panel' | 'Quick Ask' | 'draft' | 'shared place', Surface>>;

beforeAll(async () => {
  provider = await startScriptedProvider();
  [stack, browser] = await Promise.all([startTestStack({ settings: provider.settings }), openTestBrowser()]);
  const [chat, inPanel, quick, draft, shared] = await Promise.all([
    openChat(),
    openInPanel(),
    openQuick(),
    openDraft(),
    openShared(),
  ]);
  surfaces = { chat, panel: inPanel, 'Quick Ask': quick, draft, 'shared place': shared };
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
  await provider?.stop();
});

async function newPage(email: string, path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  return enter(context, stack, { email, path });
}

const inPlace = (page: Page, place: Locator): Surface => ({
  ask: async (words) => {
    await sendIn(place).waitFor();
    await askIn(place, words);
  },
  stop: () => stopIn(place).click(),
  next: (action) => answersIn(place).last().getByRole('button', { name: action }).click(),
  answers: () => [answersIn(place).last()],
  reload: async () => {
    await page.reload();
    await composerIn(place).waitFor();
  },
});

async function openChat(): Promise<Surface> {
  const page = await newPage('ada@cascade.test', '/chat');
  return inPlace(page, page.locator('main'));
}

async function openInPanel(): Promise<Surface> {
  const page = await newPage('ada@cascade.test', '/workspace');
  await openPanel(page);
  return inPlace(page, panel(page));
}

/** After a reload, its conversation is on the chat page. */
async function openQuick(): Promise<Surface> {
  const page = await newPage('ada@cascade.test', '/workspace');
  let session = '';
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/ai/chat'))
      session = (request.postDataJSON() as { threadId: string }).threadId;
  });
  let isReloaded = false;
  return {
    ask: async (words) => {
      if (isReloaded) await page.goto(`${stack.url}/workspace`);
      isReloaded = false;
      if (!(await quickAsk(page).isVisible())) await page.keyboard.press('Control+ArrowUp');
      await sendIn(quickAsk(page)).waitFor();
      await askIn(quickAsk(page), words);
    },
    stop: () => stopIn(quickAsk(page)).click(),
    next: (action) => answersIn(quickAsk(page)).last().getByRole('button', { name: action }).click(),
    answers: () => [answersIn(isReloaded ? page.locator('main') : quickAsk(page)).last()],
    reload: async () => {
      isReloaded = true;
      await page.goto(`${stack.url}/chat/${session}`);
    },
  };
}

async function openDraft(): Promise<Surface> {
  const form = `/drafts/production-schedule?projectId=${HARBORLIGHT}&detail=critical`;
  const page = await newPage('nora@northlight.test', form);
  return {
    ask: async (words) => {
      await page.getByLabel('Notes').fill(words);
      await page.getByRole('button', { name: /^(Draft|Regenerate)$/ }).click();
    },
    stop: () => page.getByRole('button', { name: 'Stop' }).click(),
    next: () => page.getByRole('button', { name: 'Regenerate' }).click(),
    answers: () => [page.getByRole('region', { name: 'Draft' })],
    reload: async () => {
      await page.reload();
      await page.getByRole('region', { name: 'Draft' }).waitFor();
    },
  };
}

/** A design workspace: one member asks, and another one has it open. */
async function openShared(): Promise<Surface> {
  const path = `/workspace/sessions/${await newWorkspace(stack)}`;
  const [eli, ada] = await Promise.all([newPage('eli@cascade.test', path), newPage('ada@cascade.test', path)]);
  const own = inPlace(eli, eli.locator('body'));
  const others = inPlace(ada, ada.locator('body'));
  return {
    ask: own.ask,
    stop: own.stop,
    next: own.next,
    answers: () => [...own.answers(), ...others.answers()],
    reload: async () => void (await Promise.all([own.reload(), others.reload()])),
  };
}

type Ending = {
  readonly replies: readonly ScriptedReply[];
  /** The badge, which is also how a draft names it. */
  readonly badge: 'Failed' | 'Cut off' | 'Declined' | 'Stopped' | 'Limit reached';
  readonly says?: RegExp;
  /** What the user can do next. The first one is tried, and answers. */
  readonly next: readonly ('Retry' | 'Continue')[];
  /** The user stops it. */
  readonly stops?: boolean;
};

const failed = (says: RegExp, ...replies: readonly ScriptedReply[]): Ending => ({
  replies,
  badge: 'Failed',
  says,
  next: ['Retry'],
});
const NO_ANSWER = /ended without an answer/;

const BEFORE_THE_FIRST_WORD: Readonly<Record<string, Ending>> = {
  'status 400': failed(/rejected this request/, { status: 400, error: 'no' }),
  'status 401': failed(/rejected the API key/, { status: 401, error: 'no' }),
  'status 429': failed(/limiting requests/, { status: 429, error: 'no' }),
  'status 500': failed(/failed\. Try again/, { status: 500, error: 'no' }),
  'status 529': failed(/overloaded/, { status: 529, error: 'no' }),
  'a web page': failed(/replied with a web page/, { contentType: 'text/html', body: '<!doctype html><p>Hello' }),
  'an error event': failed(/overloaded/, failInStream('', 'overloaded_error', 'no')),
  'an empty end_turn': failed(NO_ANSWER, say('')),
  'white space only': failed(NO_ANSWER, say(' \n\n ')),
};

/** Endings that can come at any moment, after these words and these steps. */
const anytime = (words: string, ...steps: readonly ScriptedReply[]): Readonly<Record<string, Ending>> => ({
  'the output limit': {
    replies: [...steps, say(words, 'max_tokens')],
    badge: 'Cut off',
    says: /reached its maximum length/,
    next: ['Continue', 'Retry'],
  },
  'a refusal of the model': {
    replies: [...steps, say(words, 'refusal')],
    badge: 'Declined',
    says: /The model declined to answer this/,
    next: ['Retry'],
  },
  'an unknown stop reason': failed(/before it was complete/, ...steps, say(words, 'something_new')),
  'an error event': failed(/overloaded/, ...steps, failInStream(words, 'overloaded_error', 'no')),
  'a broken connection': failed(/before it was complete/, ...steps, breakOff(words, 'reset')),
  'the user’s stop': {
    replies: [...steps, breakOff(words, 'hang')],
    badge: 'Stopped',
    next: ['Continue', 'Retry'],
    stops: true,
  },
});

const HALF = 'Half an answer';
const LOOK = callTool('search_items', { query: 'PN-000059' });
const SURFACES = ['chat', 'panel', 'Quick Ask', 'draft', 'shared place'] as const;
type SurfaceName = (typeof SURFACES)[number];

async function expectEnding(name: SurfaceName, ending: Ending): Promise<void> {
  const { badge, says, next } = ending;
  for (const answer of surfaces[name].answers()) {
    const isAlert = badge === 'Failed' && name !== 'draft';
    const place = isAlert ? answer.getByRole('alert') : answer;
    await place.getByText(isAlert ? 'The answer failed' : badge, { exact: true }).waitFor();
    if (says) await place.getByText(says).waitFor();
    if (isAlert) await place.getByText(/^Request/).waitFor();
    if (name !== 'draft') for (const action of next) await answer.getByRole('button', { name: action }).waitFor();
    expect(await answer.locator('.caret, .caret-tail').count()).toBe(0);
  }
}

async function expectTried(name: SurfaceName, what: string, ending: Ending): Promise<void> {
  const surface = surfaces[name];
  const words = `${what} in ${name} ${crypto.randomUUID()}`;
  provider.script(words, ...ending.replies);
  await surface.ask(words);
  if (ending.stops) await surface.stop();
  await expectEnding(name, ending);
  if (name === 'chat' || name === 'draft') {
    await surface.reload();
    await expectEnding(name, ending);
  }
  await surface.next(ending.next[0] ?? 'Retry');
  for (const answer of surface.answers()) await answer.getByText(UNSCRIPTED).waitFor();
}

/** The surfaces run side by side, and the endings on each one after another. */
const IN_ORDER = { concurrent: false } as const;

describe.concurrent.each(SURFACES)('%s', (name) => {
  describe('before the first word', IN_ORDER, () => {
    it.each(Object.entries({ ...anytime(''), ...BEFORE_THE_FIRST_WORD }))(
      'shows at once how an answer ended, why and what to do: %s (U21, U22)',
      (what, ending) => expectTried(name, what, ending),
    );
  });

  describe('in the middle of the text', IN_ORDER, () => {
    it.each(Object.entries(anytime(HALF)))(
      'shows at once how an answer ended, and keeps it: %s (U21)',
      (what, ending) => expectTried(name, what, ending),
    );
  });

  // A draft has no tools.
  describe.skipIf(name === 'draft')('after a tool', IN_ORDER, () => {
    it.each(Object.entries({ ...anytime('', LOOK), 'an empty end_turn': failed(NO_ANSWER, LOOK, say('')) }))(
      'shows at once how an answer ended: %s (U21)',
      (what, ending) => expectTried(name, what, ending),
    );

    it('shows that a model that calls tools without end reached its limit (R33, U21)', () =>
      expectTried(name, 'a loop', {
        replies: Array.from({ length: 8 }, (_, step) => callTool('search_items', { query: `part ${step}` })),
        badge: 'Limit reached',
        says: /step limit/,
        next: ['Continue'],
      }));
  });

  it('shows the same after a reload (U21)', IN_ORDER, async () => {
    const ending = failed(NO_ANSWER, say(''));
    const words = `the last one in ${name}`;
    provider.script(words, ...ending.replies);
    await surfaces[name].ask(words);
    await expectEnding(name, ending);
    await surfaces[name].reload();
    await expectEnding(name, ending);
  });
});
