// How wide the panel is, in pixels, and what moves its edge. Pure.

export const MIN_WIDTH = 300;
export const DEFAULT_WIDTH = 400;
export const WIDEST = 700;
/** Choices for those who cannot drag. */
export const WIDTH_CHOICES = [
  { value: String(MIN_WIDTH), label: 'Narrow' },
  { value: String(DEFAULT_WIDTH), label: 'Default' },
  { value: String(WIDEST), label: 'Wide' },
] as const;

/** Narrower than this the panel covers the page instead of standing beside it. */
export const PHONE_BELOW = 640;
/** What the page keeps beside the panel. */
const MIN_PAGE = 320;
const STEP = 16;
const LARGE_STEP = 64;

/** The widest that the panel can be in a window of this width. */
export const maxWidth = (viewWidth: number): number => Math.max(MIN_WIDTH, Math.min(WIDEST, viewWidth - MIN_PAGE));

export const clampWidth = (width: number, max: number = WIDEST): number =>
  Math.round(Math.max(MIN_WIDTH, Math.min(width, max)));

/** The width that was kept, or the default where nothing that can be one was. */
export function parseWidth(kept: string | null): number {
  const width = kept === null ? Number.NaN : Number(kept);
  return Number.isFinite(width) ? clampWidth(width) : DEFAULT_WIDTH;
}

/** The width that a key of the splitter leads to; null where the key is none of its own. */
export function widthAfterKey(
  width: number,
  press: { readonly key: string; readonly shiftKey: boolean },
  options: { readonly max: number; readonly isRtl: boolean },
): number | null {
  const step = press.shiftKey ? LARGE_STEP : STEP;
  // The panel stands at the end of the line, so its edge moves towards the start to widen it.
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
