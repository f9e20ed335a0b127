// A conversation that no longer fits the model: people see that earlier messages are summarized, and can read the summary.
import pg from 'pg';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../demo-data/demo-people.ts';
import { requireDemoDesignId, requireDemoProgramId } from '../demo-data/plm/demo-plm.ts';
import type { Stack } from '../stack/stack.ts';
import { breakOff, type ScriptedProvider, say, startScriptedProvider } from '../testing/providers/scripted-provider.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { answersIn, askIn, composerIn, enter, openPanel, panel, sendIn, stopIn } from './assistant-page.ts';

let provider: ScriptedProvider;
let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  provider = await startScriptedProvider();
  [stack, browser] = await Promise.all([startTestStack({ settings: provider.settings }), openTestBrowser()]);
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
  await provider?.stop();
});

type Surface = {
  readonly own: Locator;
  /** Where else it is shown. */
  readonly others: readonly Locator[];
  readonly reload: () => Promise<void>;
};

async function newPage(email: string, path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  return enter(context, stack, { email, path });
}

const SURFACES: Readonly<Record<string, () => Promise<Surface>>> = {
  chat: async () => {
    const page = await newPage('ada@cascade.test', '/chat');
    return { own: page.locator('main'), others: [], reload: async () => void (await page.reload()) };
  },
  panel: async () => {
    const page = await newPage('ada@cascade.test', '/workspace');
    await openPanel(page);
    return { own: panel(page), others: [], reload: async () => void (await page.reload()) };
  },
  'shared place': async () => {
    const client = new pg.Client({ connectionString: stack.databaseOwnerUrl });
    await client.connect();
    const { rows } = await client.query<{ id: string }>(
      `insert into plm.design_sessions (org_id, program_id, design_id, description, created_by) values ($1, $2, $3, $4, $5) returning id`,
      [
        requireDemoOrg('cascade').id,
        requireDemoProgramId('KESTREL'),
        requireDemoDesignId('KES-CTL'),
        'A quieter fan',
        requireDemoPerson('eli@cascade.test').id,
      ],
    );
    await client.end();
    const path = `/workspace/sessions/${rows[0]?.id}`;
    const [eli, ada] = await Promise.all([newPage('eli@cascade.test', path), newPage('ada@cascade.test', path)]);
    return {
      own: eli.locator('body'),
      others: [ada.locator('body')],
      reload: async () => void (await Promise.all([eli.reload(), ada.reload()])),
    };
  },
};

/** Five of these are too many for a prompt. Most of it takes no room on the page. */
const long = (name: string): string => `${name} ${'\u200b'.repeat(4_000)}.`;
const MARK = 'Earlier messages are summarized for the model.';

async function expectSummary(place: Locator, words: string): Promise<void> {
  const article = answersIn(place).filter({ has: place.page().locator('[data-earlier]') });
  await article.getByText(MARK).waitFor();
  const fold = article.locator('[data-earlier] details');
  // A transcript that is still loading can replace the fold.
  const isShown = async (): Promise<boolean> => {
    if ((await fold.getAttribute('open')) === null) await fold.locator('summary').click();
    return article.getByText(words).isVisible();
  };
  await expect.poll(isShown).toBe(true);
}

describe('a long conversation', () => {
  it.each(Object.keys(SURFACES))(
    'shows in the %s that earlier messages are summarized, with the summary, live and after a reload (U50)',
    async (name) => {
      const open = SURFACES[name];
      if (!open) throw new Error(name);
      const { own, others, reload } = await open();
      const places = [own, ...others];
      for (let index = 1; index <= 4; index += 1) {
        await askIn(own, long(`fact-${index} ${name}`));
        await expect.poll(() => answersIn(own).count()).toBe(index);
        await sendIn(own).waitFor();
      }
      expect(await own.locator('[data-earlier]').count()).toBe(0);

      provider.script(`fact-1 ${name}`, breakOff('- Half', 'hang'));
      await askIn(own, long(`fact-5 ${name}`));
      for (const place of places) await answersIn(place).last().getByText('Summarizing earlier messages…').waitFor();
      await stopIn(own).click();
      await answersIn(own).last().getByText('Stopped').waitFor();
      expect(await own.locator('[data-earlier]').count()).toBe(0);

      provider.script(`fact-1 ${name}`, say(`- The **first** fact of the ${name}`));
      await askIn(own, long(`fact-6 ${name}`));
      await expect.poll(() => answersIn(own).count()).toBe(6);
      await sendIn(own).waitFor();
      for (const place of places) await expectSummary(place, `The first fact of the ${name}`);

      await reload();
      for (const place of places) {
        await composerIn(place).waitFor();
        await expectSummary(place, `The first fact of the ${name}`);
        // The transcript itself stays whole: six questions and answers, of which those near the view are rendered.
        expect(await answersIn(place).last().getAttribute('aria-setsize')).toBe('12');
      }
    },
  );
});
