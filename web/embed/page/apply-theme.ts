// Turns the host's theme into the design system's values (design/tokens.css). An accent that is hard to read is made darker or
// lighter until it isn't.
import type { Scheme, Theme } from '../protocol.ts';

/** The surface and text colors of tokens.css. */
const SURFACE = { light: '#ffffff', dark: '#0f172a' } as const;
const INK = '#0f172a';
const WHITE = '#ffffff';
/** WCAG 2.2 AA for text. */
const MIN_CONTRAST = 4.5;
const STEPS = 20;

type Rgb = readonly [red: number, green: number, blue: number];

export function applyTheme(root: HTMLElement, { accent, radius, font }: Theme, scheme: Scheme): void {
  root.dataset['theme'] = scheme;
  const chosen = typeof accent === 'object' ? accent[scheme] : accent;
  const values = {
    ...(chosen !== undefined && accentValues(chosen, scheme)),
    ...radiusValues(radius),
    ...fontValues(font),
  };
  for (const name of NAMES) {
    const value = (values as Record<string, string | undefined>)[name];
    if (value === undefined) root.style.removeProperty(name);
    else root.style.setProperty(name, value);
  }
}

const NAMES = [
  ...['--color-accent', '--color-accent-strong', '--color-on-accent', '--color-accent-soft', '--color-tint'],
  ...['--color-user', '--color-on-user', '--radius-control', '--radius-card', '--radius-bubble', '--font-sans'],
] as const;

export function accentValues(accent: string, scheme: Scheme): Readonly<Record<string, string>> {
  const towards = scheme === 'light' ? INK : WHITE;
  const readable = readableOn(accent, SURFACE[scheme], towards);
  const on = contrast(readable, WHITE) >= contrast(readable, INK) ? WHITE : INK;
  return {
    '--color-accent': readable,
    '--color-accent-strong': mix(readable, towards, 0.18),
    '--color-on-accent': on,
    '--color-accent-soft': mix(SURFACE[scheme], readable, scheme === 'light' ? 0.08 : 0.16),
    '--color-tint': mix(SURFACE[scheme], readable, 0.22),
    '--color-user': readable,
    '--color-on-user': on,
  };
}

function radiusValues(card: number | undefined) {
  if (card === undefined) return {};
  return {
    '--radius-card': `${card}px`,
    '--radius-control': `${Math.round(card * 0.6)}px`,
    '--radius-bubble': `${Math.round(card * 1.6)}px`,
  };
}

const fontValues = (font: string | undefined) =>
  font === undefined ? {} : { '--font-sans': `${quoted(font)}, system-ui, sans-serif` };

/** A name with a digit first isn't an identifier, and quotes are always valid. Generic names must not have them. */
const GENERIC = ['system-ui', 'sans-serif', 'serif', 'monospace', 'ui-sans-serif', 'ui-serif', 'ui-rounded'];
const quoted = (font: string): string =>
  font
    .split(',')
    .map((name) => name.trim())
    .map((name) => (GENERIC.includes(name) ? name : `"${name}"`))
    .join(', ');

function readableOn(color: string, surface: string, towards: string): string {
  for (let step = 0; step < STEPS; step += 1) {
    const tried = mix(color, towards, step / STEPS);
    if (contrast(tried, surface) >= MIN_CONTRAST) return tried;
  }
  return towards;
}

export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(color: string): number {
  const [red, green, blue] = toRgb(color).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(one: string, other: string, share: number): string {
  const [a, b] = [toRgb(one), toRgb(other)];
  const parts = a.map((value, index) => Math.round(value + ((b[index] ?? value) - value) * share));
  return `#${parts.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

const toRgb = (color: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as unknown as Rgb;
