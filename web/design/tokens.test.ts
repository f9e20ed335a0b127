// Checks the contrast of every color pair in use against WCAG 2.2 AA, reading the values from tokens.css.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

type Theme = 'light' | 'dark';

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');
const colors = new Map(
  Array.from(
    css.matchAll(/--color-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g),
    ([, name, light, dark]) => [name ?? '', { light: light ?? '', dark: dark ?? '' }],
  ),
);

function colorOf(name: string, theme: Theme): string {
  const color = colors.get(name)?.[theme];
  if (color === undefined) throw new Error(`there is no opaque color --color-${name}`);
  return color;
}

/** Relative luminance as WCAG defines it. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(foreground: string, background: string, theme: Theme): number {
  const [lighter = 0, darker = 0] = [foreground, background]
    .map((name) => luminance(colorOf(name, theme)))
    .sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

const PAGES = ['canvas', 'surface', 'raised', 'sunken', 'bubble', 'code'];

const TEXT: readonly (readonly [string, string])[] = [
  ...PAGES.flatMap((page) => [['text', page] as const, ['muted', page] as const]),
  ...['canvas', 'surface', 'raised', 'code'].map((page) => ['accent', page] as const),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['accent', 'accent-soft'],
  ['accent-strong', 'tint'],
  ['text', 'accent-soft'],
  ['on-user', 'user'],
  ['on-bubble', 'bubble'],
  ['on-notice', 'notice'],
  ['text', 'notice'],
  ['on-danger', 'danger'],
  ['text', 'danger'],
  ['on-danger', 'surface'],
  ['on-danger', 'raised'],
  ['on-danger-fill', 'danger-fill'],
  ['on-good', 'good'],
  ['on-good', 'surface'],
  ['on-neutral', 'neutral'],
  ['on-tip', 'tip'],
  ...['keyword', 'string', 'number', 'name', 'removed'].map((part) => [`code-${part}`, 'code'] as const),
];

/** Borders of controls and the focus ring. */
const SHAPES: readonly (readonly [string, string])[] = [
  ...['canvas', 'surface', 'raised'].map((page) => ['control', page] as const),
  ...PAGES.map((page) => ['accent', page] as const),
  ['muted', 'neutral'],
  ['on-notice', 'raised'],
];

describe.each(['light', 'dark'] as const)('in %s', (theme) => {
  it.each(TEXT)('%s can be read on %s', (foreground, background) => {
    expect(contrast(foreground, background, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SHAPES)('%s is seen on %s', (foreground, background) => {
    expect(contrast(foreground, background, theme)).toBeGreaterThanOrEqual(3);
  });
});

it('white on cyan 600 would fail, so the accent is darker', () => {
  expect(colorOf('accent', 'light')).toBe('#0e7490');
  expect(contrast('on-accent', 'accent', 'light')).toBeGreaterThan(5.3);
});
