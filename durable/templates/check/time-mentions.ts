// Finds clock times in a text, with the time zone after them. Durations are not times.
import { blank, foldKeepingLength } from './fold.ts';

export type TimeMention = {
  readonly text: string;
  readonly index: number;
  /** Local minutes of the day. Several if the text doesn't say morning or evening. */
  readonly readings: readonly number[];
  /** Minutes east of UTC that the zone can mean; null if none is given. */
  readonly offsets: readonly number[] | null;
};

/** Zone abbreviations, in hours from UTC; some mean more than one zone. */
const ZONES: Readonly<Record<string, readonly number[]>> = {
  utc: [0],
  gmt: [0],
  z: [0],
  est: [-5],
  edt: [-4],
  et: [-5, -4],
  cst: [-6, 8],
  cdt: [-5],
  ct: [-6, -5],
  mst: [-7],
  mdt: [-6],
  mt: [-7, -6],
  pst: [-8],
  pdt: [-7],
  pt: [-8, -7],
  akst: [-9],
  akdt: [-8],
  hst: [-10],
  ast: [-4, 3],
  adt: [-3],
  bst: [1],
  ist: [5.5, 1, 2],
  wet: [0],
  west: [1],
  cet: [1],
  cest: [2],
  mez: [1],
  mesz: [2],
  eet: [2],
  eest: [3],
  jst: [9],
  kst: [9],
  aest: [10],
  aedt: [11],
  acst: [9.5],
  acdt: [10.5],
  awst: [8],
  nzst: [12],
  nzdt: [13],
  sgt: [8],
  hkt: [8],
  msk: [3],
  brt: [-3],
  art: [-3],
};

const ZONE = `(?:\\s?\\(?(?<zone>(?:utc|gmt)\\s?[+−-]\\d{1,2}(?::?\\d{2})?|[+−-]\\d{2}:\\d{2}|(?:${Object.keys(ZONES).join('|')})\\b))?`;
const HALF = '\\s?(?<half>[ap])(?:\\.\\s?m\\.|\\s?m\\b)';

const FORMS: readonly RegExp[] = [
  // 7–11 PM: the first time can be AM or PM
  /(?<![\d:.,$€£])(?<h>\d{1,2})(?:[:.](?<m>[0-5]\d))?(?=\s?(?:–|—|-|to)\s?\d{1,2}(?:[:.][0-5]\d)?\s?[ap]\.?\s?m\b)/g,
  new RegExp(`(?<![\\d:.,$€£])(?<h>\\d{1,2})(?:[:.](?<m>[0-5]\\d))?${HALF}${ZONE}`, 'g'),
  new RegExp(
    `(?<![\\d:.,$€£/-])(?<h>[01]?\\d|2[0-4]):(?<m>[0-5]\\d)(?::[0-5]\\d(?:\\.\\d+)?)?(?![\\d:])(?!\\s?(?:hours|hrs|std))${ZONE}`,
    'g',
  ),
  // 19.30 Uhr, 19 Uhr, 19h30, 19 h
  /(?<![\d:.,])(?<h>[01]?\d|2[0-4])(?:[.:](?<m>[0-5]\d))?\s?uhr\b/g,
  /(?<![\d:.,])(?<h>[01]?\d|2[0-4])h(?<m>[0-5]\d)\b/g,
  /\b(?<word>noon|midnight|mittags?|mitternacht|midi|minuit)\b/g,
];

const NOON = /^(?:noon|mittags?|midi)$/;

/** @param text NFC, with dates removed */
export function findTimes(text: string): TimeMention[] {
  let rest = foldKeepingLength(text);
  const found: TimeMention[] = [];
  for (const [nth, form] of FORMS.entries()) {
    const mentions = [...rest.matchAll(form)].flatMap((match): TimeMention[] => {
      const { h, m = '00', half, zone, word } = match.groups ?? {};
      const readings = word === undefined ? readingsOf(Number(h), Number(m), nth === 0 ? 'either' : half) : noon(word);
      if (readings.length === 0) return [];
      const span = text.slice(match.index, match.index + match[0].length);
      return [{ text: span, index: match.index, readings, offsets: zone === undefined ? null : offsetsOf(zone) }];
    });
    found.push(...mentions);
    rest = blank(rest, mentions);
  }
  return found.sort((a, b) => a.index - b.index);
}

const noon = (word: string): number[] => (NOON.test(word) ? [12 * 60] : [0]);

function readingsOf(hour: number, minute: number, half: string | undefined): number[] {
  if (half === undefined) return hour <= 24 ? [(hour % 24) * 60 + minute] : [];
  if (hour < 1 || hour > 12) return [];
  const morning = (hour % 12) * 60 + minute;
  if (half === 'either') return [morning, morning + 720];
  return [half === 'a' ? morning : morning + 720];
}

function offsetsOf(zone: string): readonly number[] {
  const named = /^(?:utc|gmt)?\s?([+−-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  if (!named) return (ZONES[zone] ?? []).map((hours) => hours * 60);
  const minutes = Number(named[2]) * 60 + Number(named[3] ?? 0);
  return [named[1] === '+' ? minutes : -minutes];
}
