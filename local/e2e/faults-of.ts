// What is wrong with a page: by axe, by what moves on it, by what a finger or a pointer would miss, by its words.
import axe from 'axe-core';
import type { Page } from 'playwright-core';

export async function faultsOf(page: Page): Promise<string[]> {
  // By the debugger's own channel, which the page's policy does not hold.
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, help, nodes }) => id + ': ' + help + ' at ' + nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', ')))",
  );
  return found as string[];
}

/** What moves, pulses or slides, or would at the next change: elements and what is drawn before, after and behind them. */
export async function movingParts(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('body *')].flatMap((element) =>
    [null, '::before', '::after', '::backdrop'].flatMap((part) => {
      const { animationName, transitionDuration } = getComputedStyle(element, part);
      const isStill = animationName === 'none' && /^0s(?:, 0s)*$/.test(transitionDuration);
      return isStill ? [] : [element.tagName + (part ?? '') + ' ' + element.getAttribute('class')];
    }),
  )`);
}

/** Controls that are smaller than this, the area to hit that is drawn after them counted. A link in a sentence is as high
 * as its words (WCAG 2.5.8). */
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

/** Words that blame or apologise, wherever somebody could read or hear them. */
export async function unwelcomeWords(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const named = [...document.querySelectorAll('[aria-label], [placeholder], [title], [data-tip]')].flatMap((element) =>
      ['aria-label', 'placeholder', 'title', 'data-tip'].map((name) => element.getAttribute(name) ?? ''),
    );
    const words = [document.title, document.body.innerText, ...named].join('\\n');
    return words.split('\\n').filter((line) => /\\b(?:sorry|please|invalid|oops)\\b/i.test(line));
  })()`);
}

/** How far the page, or what scrolls in it, is wider than there is room. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(`Math.max(...[document.documentElement, ...document.querySelectorAll('main, aside, dialog[open]')].map(
    ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
  ))`);
