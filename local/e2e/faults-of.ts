// Finds what is wrong with a page: axe violations, motion, targets that are too small, blaming words and overflow.
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The category's rules that axe runs by default. By category, it would also run those that it doesn't. */
const COLOR_RULES = ['color-contrast', 'link-in-text-block'];

/** axe's violations. */
export async function faultsOf(page: Page, rules: 'all' | 'about color' = 'all'): Promise<string[]> {
  // Through the debugger, because the page's content security policy does not apply there.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const options = rules === 'all' ? '' : JSON.stringify({ runOnly: COLOR_RULES });
  return page.evaluate<string[]>(
    `axe.run(${options}).then(({ violations }) => violations.map(({ id, help, nodes }) => id + ': ' + help + ' at ' + nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', ')))`,
  );
}

/** axe's violations in light and in dark. The page has the same elements in both, so dark is only checked for color. */
export async function faultsInBothSchemes(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const faults = await faultsOf(page, colorScheme === 'light' ? 'all' : 'about color');
    found.push(...faults.map((fault) => `${colorScheme}: ${fault}`));
  }
  return found;
}

/** Elements and pseudo-elements that animate, or would at the next change. */
export async function movingParts(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('body *')].flatMap((element) =>
    [null, '::before', '::after', '::backdrop'].flatMap((part) => {
      const { animationName, transitionDuration } = getComputedStyle(element, part);
      const isStill = animationName === 'none' && /^0s(?:, 0s)*$/.test(transitionDuration);
      return isStill ? [] : [element.tagName + (part ?? '') + ' ' + element.getAttribute('class')];
    }),
  )`);
}

/**
 * Controls smaller than this, including a hit area drawn behind them. A link in a sentence is as high as its text (WCAG
 * 2.5.8).
 */
export async function smallTargetsIn(page: Page, options: { within: string; minPx: number }): Promise<string[]> {
  const { within, minPx } = options;
  return page.evaluate(`(() => {
    const controls = [...document.querySelectorAll('${within} :is(a, button, input, select, textarea, summary, [role=separator])')];
    const isInSentence = (control) => {
      const around = control.closest('p, li, td, dd, h3')?.textContent ?? '';
      return control.matches('a') && getComputedStyle(control).display === 'inline' && around.length > control.textContent.length;
    };
    return controls.flatMap((control) => {
      const box = control.getBoundingClientRect();
      const isShown = box.width > 1 && control.checkVisibility({ visibilityProperty: true }) && control.closest('[inert]') === null;
      if (!isShown || isInSentence(control)) return [];
      const after = getComputedStyle(control, '::after');
      const drawn = after.content !== 'none' && after.position === 'absolute' ? after : { width: 0, height: 0 };
      const width = Math.max(box.width, Number.parseFloat(drawn.width));
      const height = Math.max(box.height, Number.parseFloat(drawn.height));
      if (width >= ${minPx} && height >= ${minPx}) return [];
      return [control.tagName + ' ' + (control.getAttribute('aria-label') ?? control.textContent) + ' ' + width + '×' + height];
    });
  })()`);
}

/** Fields whose text is so small that iOS zooms into the page when they take focus. */
export async function zoomingFields(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('select, textarea, [contenteditable], input:not([type=checkbox], [type=radio])')]
    .filter((field) => Number.parseFloat(getComputedStyle(field).fontSize) < 16)
    .map((field) => 'text under 16 px in ' + field.outerHTML.slice(0, 80))`);
}

/** Words that blame or apologize, in visible text or in text for screen readers. */
export async function unwelcomeWords(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const named = [...document.querySelectorAll('[aria-label], [placeholder], [title], [data-tip]')].flatMap((element) =>
      ['aria-label', 'placeholder', 'title', 'data-tip'].map((name) => element.getAttribute(name) ?? ''),
    );
    const words = [document.title, document.body.innerText, ...named].join('\\n');
    return words.split('\\n').filter((line) => /\\b(?:sorry|please|invalid|oops)\\b/i.test(line));
  })()`);
}

/** How far the page, or a scrolling part of it, overflows its width. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(`Math.max(...[document.documentElement, ...document.querySelectorAll('main, aside, dialog[open]')].map(
    ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
  ))`);
