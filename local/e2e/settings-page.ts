// Test helpers for the settings pages.
import pg from 'pg';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { faultsInBothSchemes, smallTargetsIn } from './faults-of.ts';

export const save = (page: Page): Promise<void> => page.getByRole('button', { name: 'Save', exact: true }).click();
export const saved = (page: Page): Promise<void> =>
  page
    .getByText(/^Saved\./)
    .last()
    .waitFor();

/** Expects no axe violations in both color schemes, and no overflow. */
export async function expectClean(page: Page): Promise<void> {
  expect(await faultsInBothSchemes(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
}

/** Touch targets on the page that are too small. */
export const smallTargets = (page: Page): Promise<string[]> => smallTargetsIn(page, { within: 'main', minPx: 44 });

export async function query(stack: Stack, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}
