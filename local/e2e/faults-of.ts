// What axe finds wrong with a page.
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
