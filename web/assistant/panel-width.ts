// The panel's width in pixels, and how the splitter's keys change it. Pure.

export const MIN_WIDTH = 300;
export const DEFAULT_WIDTH = 400;
export const WIDEST = 700;
/** For users who can't drag. */
export const WIDTH_CHOICES = [
  { value: String(MIN_WIDTH), label: 'Narrow' },
  { value: String(DEFAULT_WIDTH), label: 'Default' },
  { value: String(WIDEST), label: 'Wide' },
] as const;

/** In narrower windows the panel covers the page. */
export const PHONE_BELOW = 640;
/** The least width left for the page. */
const MIN_PAGE = 320;
const STEP = 16;
const LARGE_STEP = 64;

/** The panel's largest width in a window of this width. */
export const maxWidth = (viewWidth: number): number => Math.max(MIN_WIDTH, Math.min(WIDEST, viewWidth - MIN_PAGE));

export const clampWidth = (width: number, max: number = WIDEST): number =>
  Math.round(Math.max(MIN_WIDTH, Math.min(width, max)));

/** The stored width, or the default if there is no valid one. */
export function parseWidth(stored: string | null): number {
  const width = stored === null ? Number.NaN : Number(stored);
  return Number.isFinite(width) ? clampWidth(width) : DEFAULT_WIDTH;
}

/** The width after a key press on the splitter; null if the key does nothing. */
export function widthAfterKey(
  width: number,
  press: { readonly key: string; readonly shiftKey: boolean },
  options: { readonly max: number; readonly isRtl: boolean },
): number | null {
  const step = press.shiftKey ? LARGE_STEP : STEP;
  // The panel is at the inline end, so moving its edge towards the start widens it.
  const [widens, narrows] = options.isRtl ? ['ArrowRight', 'ArrowLeft'] : ['ArrowLeft', 'ArrowRight'];
  switch (press.key) {
    case widens:
      return clampWidth(width + step, options.max);
    case narrows:
      return clampWidth(width - step, options.max);
    case 'Home':
      return MIN_WIDTH;
    case 'End':
      return options.max;
    default:
      return null;
  }
}
