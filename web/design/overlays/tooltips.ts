// Tooltips for every element with `tip(…)`. One element serves the whole page: it appears after a delay on hover and
// immediately on keyboard focus. It repeats the accessible name, so screen readers don't announce it.
import { keyLabels } from '../keys.ts';
import { placeTooltip } from './place-tooltip.ts';

const DELAY_MS = 450;
/** Within this time after one tooltip hides, the next one appears without a delay. */
const WARM_MS = 400;
const LEAVE_MS = 120;

/** Attributes of an element with a tooltip; `keys` is its keyboard shortcut. */
export const tip = (words: string, keys?: string | undefined): { 'data-tip': string; 'data-tip-keys'?: string } => ({
  'data-tip': words,
  ...(keys !== undefined && { 'data-tip-keys': keys }),
});

export function installTooltips(): void {
  const card = document.createElement('div');
  card.className = 'tooltip';
  card.popover = 'manual';
  card.ariaHidden = 'true';
  let shownFor: HTMLElement | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hiddenAt = Number.NEGATIVE_INFINITY;

  const show = (anchor: HTMLElement) => {
    const words = anchor.dataset['tip'];
    if (!words || !anchor.isConnected) return;
    card.replaceChildren(words, ...keyElements(anchor.dataset['tipKeys']));
    // Outside an open dialog everything is inert. Inside it, the pointer can move onto the tooltip.
    const host = anchor.closest('dialog') ?? document.body;
    if (card.parentElement !== host) host.append(card);
    if (!card.matches(':popover-open')) card.showPopover();
    const { left, top } = placeTooltip(anchor.getBoundingClientRect(), card.getBoundingClientRect(), {
      width: document.documentElement.clientWidth,
      height: innerHeight,
    });
    card.style.left = `${left}px`;
    card.style.top = `${top}px`;
    shownFor = anchor;
  };
  const hide = () => {
    clearTimeout(timer);
    if (shownFor === null) return;
    shownFor = null;
    hiddenAt = performance.now();
    if (card.isConnected && card.matches(':popover-open')) card.hidePopover();
  };

  document.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'touch' || event.buttons !== 0) return;
    const target = event.target instanceof Element ? event.target : null;
    clearTimeout(timer);
    // The pointer may move onto the tooltip.
    if (target !== null && card.contains(target)) return;
    const anchor = target?.closest<HTMLElement>('[data-tip]') ?? null;
    if (anchor === shownFor) return;
    if (anchor === null) {
      timer = setTimeout(hide, LEAVE_MS);
      return;
    }
    const isWarm = shownFor !== null || performance.now() - hiddenAt < WARM_MS;
    timer = setTimeout(() => show(anchor), isWarm ? 0 : DELAY_MS);
  });
  document.addEventListener('focusin', (event) => {
    const anchor = event.target instanceof HTMLElement ? event.target : null;
    if (anchor?.dataset['tip'] && anchor.matches(':focus-visible')) show(anchor);
    else hide();
  });
  document.addEventListener('focusout', hide);
  document.addEventListener('pointerdown', hide);
  document.addEventListener('scroll', hide, { capture: true, passive: true });
  document.addEventListener('keydown', hide, { capture: true });
}

function keyElements(keys: string | undefined): HTMLElement[] {
  if (keys === undefined) return [];
  return keyLabels(keys).map((label) => {
    const key = document.createElement('kbd');
    key.textContent = label;
    return key;
  });
}
