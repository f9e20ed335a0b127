// Fits a value into the size limit of a tool result (R33). Notes what was left out, so the model does not mistake a
// part for the whole.
export type CutResult = {
  /** JSON of at most the allowed bytes. */
  readonly text: string;
  /** A description of what was left out; null if nothing was. */
  readonly cut: string | null;
};

type Container = unknown[] | Record<string, unknown>;
type ValuePlace = { readonly parent: Container; readonly key: string | number; readonly path: string };
type ShortenedValue = { readonly path: string; readonly of: number; readonly unit: string; shown: number };

const encoder = new TextEncoder();

/** Halves the largest list, or the longest text if there is no list, until the value and the note fit. */
export function cutResult(value: Readonly<Record<string, unknown>>, maxBytes: number): CutResult {
  const whole = JSON.stringify(value);
  if (bytesOf(whole) <= maxBytes) return { text: whole, cut: null };
  // A private JSON-only copy, safe to change in place.
  const copy = JSON.parse(whole) as Record<string, unknown>;
  const shortened = new Map<string, ShortenedValue>();
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

function shorten(root: Record<string, unknown>, shortened: Map<string, ShortenedValue>): boolean {
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

/** Cutting a shorter text would lose its meaning. */
const MIN_TEXT = 64;
/** Keeps the note short when many lists were cut. */
const MAX_NOTED = 8;

function noteOf(shortened: readonly ShortenedValue[]): string {
  const named = shortened.slice(0, MAX_NOTED).map(({ path, of, shown, unit }) => `${path}: ${shown} of ${of} ${unit}`);
  const rest = shortened.length > MAX_NOTED ? [`and ${shortened.length - MAX_NOTED} more`] : [];
  return `Only part of the result is shown (${[...named, ...rest].join('; ')}). Request less data at once to see the rest.`;
}

const halved = (value: unknown[] | string): unknown[] | string =>
  typeof value === 'string'
    ? `${value.slice(0, value.length >> 1).toWellFormed()}…`
    : value.slice(0, value.length >> 1);

function* placesIn(parent: Container, path: string): Generator<ValuePlace> {
  for (const [key, value] of Object.entries(parent)) {
    const own = Array.isArray(parent) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    if (Array.isArray(value) || typeof value === 'string') yield { parent, key, path: own };
    if (typeof value === 'object' && value !== null) yield* placesIn(value as Container, own);
  }
}

function heaviest(places: readonly ValuePlace[]): ValuePlace | null {
  let best: ValuePlace | null = null;
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
