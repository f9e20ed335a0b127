// Fits a value into what one tool result may weigh (R33). What is left out is said, so that a model does not take a part
// for the whole.
export type CutResult = {
  /** JSON of at most the allowed bytes. */
  readonly text: string;
  /** What was left out, in words; null where nothing was. */
  readonly cut: string | null;
};

type Container = unknown[] | Record<string, unknown>;
type Place = { readonly parent: Container; readonly key: string | number; readonly path: string };
type Shortened = { readonly path: string; readonly of: number; readonly unit: string; shown: number };

const encoder = new TextEncoder();

/** Halves the heaviest list, or where there is none the longest text, until the value and the note fit. */
export function cutResult(value: Readonly<Record<string, unknown>>, maxBytes: number): CutResult {
  const whole = JSON.stringify(value);
  if (bytesOf(whole) <= maxBytes) return { text: whole, cut: null };
  // A copy that nobody else holds, of JSON only.
  const copy = JSON.parse(whole) as Record<string, unknown>;
  const shortened = new Map<string, Shortened>();
  for (;;) {
    const note = noteOf([...shortened.values()]);
    const text = JSON.stringify({ ...copy, cut: note });
    if (bytesOf(text) <= maxBytes) return { text, cut: note };
    if (!shorten(copy, shortened)) {
      const cut = 'The result was too large to show.';
      return { text: JSON.stringify({ cut }), cut };
    }
  }
}

function shorten(root: Record<string, unknown>, shortened: Map<string, Shortened>): boolean {
  const places = [...placesIn(root, '')];
  const list = heaviest(places.filter(({ parent, key }) => lengthOfList(read(parent, key)) > 1));
  const place = list ?? heaviest(places.filter(({ parent, key }) => lengthOfText(read(parent, key)) > MIN_TEXT));
  if (!place) return false;
  const old = read(place.parent, place.key);
  if (!Array.isArray(old) && typeof old !== 'string') return false;
  const cut = halved(old);
  write(place.parent, place.key, cut);
  const before = shortened.get(place.path);
  shortened.set(place.path, {
    path: place.path,
    of: before?.of ?? old.length,
    shown: cut.length,
    unit: Array.isArray(old) ? 'entries' : 'characters',
  });
  return true;
}

/** Shorter texts carry meaning that half of them would not. */
const MIN_TEXT = 64;
/** A note that names each of a hundred lists would itself be too long. */
const MAX_NOTED = 8;

function noteOf(shortened: readonly Shortened[]): string {
  const named = shortened.slice(0, MAX_NOTED).map(({ path, of, shown, unit }) => `${path}: ${shown} of ${of} ${unit}`);
  const rest = shortened.length > MAX_NOTED ? [`and ${shortened.length - MAX_NOTED} more`] : [];
  return `Only a part is shown (${[...named, ...rest].join('; ')}). Ask for less at once to see the rest.`;
}

const halved = (value: unknown[] | string): unknown[] | string =>
  typeof value === 'string'
    ? `${value.slice(0, value.length >> 1).toWellFormed()}…`
    : value.slice(0, value.length >> 1);

function* placesIn(parent: Container, path: string): Generator<Place> {
  for (const [key, value] of Object.entries(parent)) {
    const own = Array.isArray(parent) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    if (Array.isArray(value) || typeof value === 'string') yield { parent, key, path: own };
    if (typeof value === 'object' && value !== null) yield* placesIn(value as Container, own);
  }
}

function heaviest(places: readonly Place[]): Place | null {
  let best: Place | null = null;
  let most = 0;
  for (const place of places) {
    const weight = JSON.stringify(read(place.parent, place.key)).length;
    if (weight > most) [best, most] = [place, weight];
  }
  return best;
}

const lengthOfList = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
const lengthOfText = (value: unknown): number => (typeof value === 'string' ? value.length : 0);
const read = (parent: Container, key: string | number): unknown => (parent as Record<string | number, unknown>)[key];
const write = (parent: Container, key: string | number, value: unknown): void => {
  (parent as Record<string | number, unknown>)[key] = value;
};
const bytesOf = (text: string): number => encoder.encode(text).length;
