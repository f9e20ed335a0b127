import { describe, expect, it } from 'vitest';
import { clampWidth, maxWidth, parseWidth, widthAfterKey } from './panel-width.ts';

const press = (key: string, shiftKey = false) => ({ key, shiftKey });
const LTR = { max: 700, isRtl: false };

describe('parseWidth and maxWidth', () => {
  it('defaults to 400 and stays between 300 and 700', () => {
    expect(parseWidth(null)).toBe(400);
    expect(parseWidth('wide')).toBe(400);
    expect(parseWidth('512')).toBe(512);
    expect(parseWidth('10')).toBe(300);
    expect(parseWidth('9000')).toBe(700);
  });

  it('leaves room for the page', () => {
    expect(maxWidth(1_440)).toBe(700);
    expect(maxWidth(768)).toBe(448);
    expect(maxWidth(500)).toBe(300);
    expect(clampWidth(640.4, maxWidth(768))).toBe(448);
  });
});

describe('widthAfterKey (U31)', () => {
  it('moves by 16, or by 64 with Shift', () => {
    expect(widthAfterKey(400, press('ArrowLeft'), LTR)).toBe(416);
    expect(widthAfterKey(400, press('ArrowRight'), LTR)).toBe(384);
    expect(widthAfterKey(400, press('ArrowLeft', true), LTR)).toBe(464);
    expect(widthAfterKey(400, press('ArrowLeft'), { ...LTR, isRtl: true })).toBe(384);
  });

  it('stays within its bounds, which Home and End reach', () => {
    expect(widthAfterKey(690, press('ArrowLeft', true), LTR)).toBe(700);
    expect(widthAfterKey(310, press('ArrowRight', true), LTR)).toBe(300);
    expect(widthAfterKey(500, press('Home'), LTR)).toBe(300);
    expect(widthAfterKey(500, press('End'), { ...LTR, max: 448 })).toBe(448);
  });

  it('ignores other keys', () => {
    expect(widthAfterKey(400, press('Tab'), LTR)).toBeNull();
    expect(widthAfterKey(400, press('ArrowUp'), LTR)).toBeNull();
  });
});
