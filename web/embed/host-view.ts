// What the host's script adds to the page: one element with a shadow root, in it the edge tab and a dialog with the frame.
// The frame is created when the assistant is first opened, and never moves in the document, which would reload it.
import { HOST_STYLE } from './host-style.ts';
import type { HostText } from './host-text.ts';
import type { Mode, Scheme, Theme } from './protocol.ts';

export const [MIN_WIDTH, MAX_WIDTH] = [300, 700];
/** The least width left for the page. */
const MIN_PAGE = 320;
const STEP = 16;
const LARGE_STEP = 64;
const ICON = ['M21 15a2 2 0 0 1-2 2H7l-4 4V5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2z', 'M13 8H7', 'M17 12H7'];

export type ViewOptions = {
  readonly address: string;
  readonly text: HostText;
  readonly name: string;
  readonly logo: string | null;
  readonly position: 'left' | 'right';
  readonly zIndex: number;
  readonly width: number;
  readonly hasTab: boolean;
  readonly tabKeys: string | null;
  readonly onTab: () => void;
  readonly onClose: () => void;
  readonly onRetry: () => void;
  readonly onResize: (width: number) => void;
};

export function createHostView(options: ViewOptions) {
  const { text, name } = options;
  const host = document.createElement('groundwire-assistant');
  const shadow = host.attachShadow({ mode: 'open' });
  // A style sheet object instead of a style element: the host's CSP doesn't apply to it.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(HOST_STYLE);
  shadow.adoptedStyleSheets = [sheet];
  const root = element('div', 'root');
  root.classList.toggle('left', options.position === 'left');
  root.style.setProperty('--z', String(options.zIndex));
  shadow.append(root);

  const tab = element('button', 'tab');
  tab.type = 'button';
  if (options.tabKeys !== null) tab.setAttribute('aria-keyshortcuts', options.tabKeys);
  tab.append(options.logo === null ? icon() : image(options.logo));
  tab.addEventListener('click', options.onTab);
  if (options.hasTab) root.append(tab);

  const dialog = element('dialog', '');
  dialog.setAttribute('aria-label', name);
  const note = element('div', 'note');
  note.hidden = true;
  const split = element('div', 'split');
  Object.assign(split, { tabIndex: 0, role: 'separator', ariaOrientation: 'vertical', ariaLabel: text.resize });
  dialog.append(split, note);
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    options.onClose();
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    options.onClose();
  });
  root.append(dialog);

  let frame: HTMLIFrameElement | null = null;
  let mode: Mode | null = null;
  let wanted = options.width;
  let opener: Element | null = null;

  const maxWidth = () => Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, innerWidth - MIN_PAGE));
  const width = () => Math.round(Math.max(MIN_WIDTH, Math.min(wanted, maxWidth())));
  function resize(next: number): void {
    wanted = Math.max(MIN_WIDTH, Math.min(next, maxWidth()));
    layOut();
    options.onResize(width());
  }
  function layOut(): void {
    dialog.style.setProperty('--width', `${width()}px`);
    Object.assign(split, { ariaValueMin: MIN_WIDTH, ariaValueMax: maxWidth(), ariaValueNow: width() });
  }
  const isLeft = options.position === 'left';
  split.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    split.setPointerCapture(event.pointerId);
    dialog.classList.add('dragging');
  });
  split.addEventListener('pointermove', ({ clientX, pointerId }) => {
    if (split.hasPointerCapture(pointerId)) resize(isLeft ? clientX : document.documentElement.clientWidth - clientX);
  });
  split.addEventListener('lostpointercapture', () => dialog.classList.remove('dragging'));
  split.addEventListener('dblclick', () => resize(options.width));
  split.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const wider = isLeft ? 'ArrowRight' : 'ArrowLeft';
    const narrower = isLeft ? 'ArrowLeft' : 'ArrowRight';
    if (event.key === wider) resize(width() + step);
    else if (event.key === narrower) resize(width() - step);
    else if (event.key === 'Home') resize(MIN_WIDTH);
    else if (event.key === 'End') resize(maxWidth());
    else if (event.key === 'Enter') options.onClose();
    else return;
    event.preventDefault();
  });
  addEventListener('resize', layOut);
  layOut();

  function load(): HTMLIFrameElement {
    const created = document.createElement('iframe');
    created.src = options.address;
    created.title = name;
    created.allow = 'clipboard-write';
    created.referrerPolicy = 'origin';
    dialog.prepend(created);
    frame = created;
    return created;
  }

  function setAnswering(isAnswering: boolean): void {
    tab.setAttribute('aria-label', text.open);
    tab.querySelector('.live')?.remove();
    if (!isAnswering) return;
    const live = element('span', 'live');
    live.ariaHidden = 'true';
    tab.append(live);
  }
  setAnswering(false);

  function focusFrame(): void {
    if (note.hidden) frame?.focus({ preventScroll: true });
    else note.querySelector('button')?.focus();
  }

  return {
    frame: () => frame,
    width,
    /** Again, after a failed load. */
    reload: (): HTMLIFrameElement => {
      frame?.remove();
      return load();
    },
    show: (next: Mode | null): void => {
      if (next !== null && frame === null) load();
      if (next === mode) {
        if (next !== null) focusFrame();
        return;
      }
      const within = shadow.activeElement !== null;
      if (mode === null) opener = within ? tab : document.activeElement;
      if (dialog.open) dialog.close();
      mode = next;
      if (next !== null) dialog.dataset['mode'] = next;
      tab.hidden = next !== null;
      tab.style.display = next === 'panel' ? 'none' : '';
      if (next === 'quick') dialog.showModal();
      else if (next === 'panel') dialog.show();
      if (next !== null) focusFrame();
      // Closing gives the focus back only if it was inside: the user may be typing elsewhere.
      else if (within || document.activeElement === host) {
        const back = opener instanceof HTMLElement && opener.isConnected && opener !== document.body ? opener : tab;
        back.focus({ preventScroll: true });
      }
    },
    hasFocus: (): boolean => document.activeElement === host,
    focusFrame,
    wait: (): void => {
      const spinner = element('span', 'wait');
      const words = element('p', '');
      words.textContent = text.opening;
      note.replaceChildren(spinner, words);
      note.role = 'status';
      note.hidden = false;
    },
    fail: (reason: string): void => {
      const title = element('h2', '');
      title.textContent = text.failedTitle;
      const words = element('p', '');
      words.textContent = reason;
      const actions = element('div', '');
      actions.append(button(text.retry, 'main', options.onRetry), button(text.close, '', options.onClose));
      note.replaceChildren(title, words, actions);
      note.role = 'alert';
      note.hidden = false;
      if (mode !== null) actions.querySelector('button')?.focus();
    },
    ready: (): void => {
      note.hidden = true;
      note.replaceChildren();
      if (mode !== null && document.activeElement === host) frame?.focus({ preventScroll: true });
    },
    setAnswering,
    setTheme: (theme: Theme, scheme: Scheme): void => {
      root.dataset['scheme'] = scheme;
      const accent = typeof theme.accent === 'object' ? theme.accent[scheme] : theme.accent;
      setOrRemove(root, '--accent', accent);
      setOrRemove(root, '--on-accent', accent && (isDark(accent) ? '#fff' : '#0f172a'));
      setOrRemove(root, '--soft', accent && `color-mix(in srgb, ${accent} 12%, transparent)`);
      setOrRemove(root, '--radius', theme.radius === undefined ? undefined : `${theme.radius}px`);
      setOrRemove(root, '--font', theme.font);
    },
    mount: (): void => document.body.append(host),
    destroy: (): void => {
      removeEventListener('resize', layOut);
      if (dialog.open) dialog.close();
      host.remove();
    },
  };
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  if (className !== '') created.className = className;
  return created;
}

/** Without `innerHTML`, which pages with Trusted Types refuse. */
function icon(): SVGElement {
  const svg = vector('svg', { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': '1.75' });
  for (const path of ICON)
    svg.append(vector('path', { d: path, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }));
  svg.setAttribute('aria-hidden', 'true');
  return svg;
}

function vector(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const created = document.createElementNS('http://www.w3.org/2000/svg', tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  return created;
}

function image(source: string): HTMLImageElement {
  const created = element('img', '');
  created.src = source;
  created.alt = '';
  return created;
}

function button(label: string, className: string, onClick: () => void): HTMLButtonElement {
  const created = element('button', className);
  created.type = 'button';
  created.textContent = label;
  created.addEventListener('click', onClick);
  return created;
}

function setOrRemove({ style }: HTMLElement, property: string, value: string | undefined): void {
  if (value === undefined) style.removeProperty(property);
  else style.setProperty(property, value);
}

/** Whether white text is easier to read on it than dark text. */
function isDark(color: string): boolean {
  return luminance(color) < 0.183;
}

/** As WCAG defines it, of `#rrggbb`. */
function luminance(color: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
