import { expect, test } from 'vitest';
import { CSV_START, type CsvValue, csvRecord } from './csv.ts';

test.each<[string, CsvValue[], string]>([
  ['plain values', ['a', 1, true, null], 'a,1,true,\r\n'],
  ['nothing and an empty text', [null, ''], ',\r\n'],
  ['quotes', ['say "hi"'], '"say ""hi"""\r\n'],
  ['commas and line ends', ['a,b', 'a\nb', 'a\r\nb'], '"a,b","a\nb","a\r\nb"\r\n'],
  ['outer spaces', [' a', 'b '], '" a","b "\r\n'],
  ['numbers below zero, which are no text', [-1, '-1'], "-1,'-1\r\n"],
])('RFC 4180: %s', (_what, values, record) => {
  expect(csvRecord(values)).toBe(record);
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '\u{feff}=1', "=cmd|' /C calc'!A0\""])(
  'no spreadsheet runs %j as a formula',
  (text) => {
    const field = csvRecord([text]).replace(/^"/, '');
    expect(field.startsWith("'")).toBe(true);
    expect(field).toContain(text.replaceAll('"', '""'));
  },
);

test('a file starts with the mark by which Excel knows UTF-8', () => {
  expect([...new TextEncoder().encode(CSV_START)]).toEqual([0xef, 0xbb, 0xbf]);
});
