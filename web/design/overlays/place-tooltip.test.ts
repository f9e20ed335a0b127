import { describe, expect, it } from 'vitest';
import { placeTooltip } from './place-tooltip.ts';

const VIEW = { width: 1_000, height: 800 };
const TIP = { width: 100, height: 24 };
const button = (left: number, top: number) => ({ left, top, width: 32, height: 32 });

describe('placeTooltip', () => {
  it('centers the tooltip below the anchor', () => {
    expect(placeTooltip(button(484, 100), TIP, VIEW)).toEqual({ left: 450, top: 138 });
  });

  it('places the tooltip above when there is no room below', () => {
    expect(placeTooltip(button(484, 760), TIP, VIEW)).toEqual({ left: 450, top: 730 });
  });

  it('keeps the tooltip inside the window', () => {
    expect(placeTooltip(button(0, 100), TIP, VIEW).left).toBe(8);
    expect(placeTooltip(button(968, 100), TIP, VIEW).left).toBe(892);
  });
});
