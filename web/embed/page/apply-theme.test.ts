import { describe, expect, test } from 'vitest';
import { accentValues, contrast } from './apply-theme.ts';

describe('an accent', () => {
  test.each(['#0e7490', '#ffff00', '#ffffff', '#000000', '#ff6a00', '#808080', '#7c3aed'])(
    '%s can be read as text, and text on it too, in both schemes',
    (accent) => {
      for (const [scheme, surface] of [
        ['light', '#ffffff'],
        ['dark', '#0f172a'],
      ] as const) {
        const values = accentValues(accent, scheme);
        expect(contrast(values['--color-accent'] ?? '', surface)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(values['--color-accent'] ?? '', values['--color-on-accent'] ?? '')).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test('that can be read stays as it is', () => {
    expect(accentValues('#7c3aed', 'light')['--color-accent']).toBe('#7c3aed');
  });
});
