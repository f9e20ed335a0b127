import { describe, expect, it } from 'vitest';
import { findWordProblems, findWords } from './check-words.ts';

const wordsOf = (text: string, path = 'docs/page.md') => findWords([{ path, text }]).map(({ word }) => word);

describe('findWords', () => {
  it.each([
    ['a word', 'for whoever asks', 'whoever'],
    ['a capitalized word', 'Nobody asks', 'Nobody'],
    ['a phrase', 'the user is told why', 'is told'],
    ['a phrase over two lines of a comment', '// the run goes\n// on', 'goes on'],
    ['a part of a camelCase name', 'function sealAnew() {}', 'Anew'],
    ['a part of a kebab-case name', 'sealed-anew', 'anew'],
    ['a part of a snake_case name', 'sealed_anew', 'anew'],
    ['a British spelling', 'an organisation', 'organisation'],
    ['a British spelling inside a name', 'serialiseRow()', 'serialiseRow'],
    ['a double l', 'it was cancelled', 'cancelled'],
    ['a double l in a label', `cancelled: { label: 'Cancelled' }`, 'Cancelled'],
  ])('finds %s', (_what, text, word) => {
    expect(wordsOf(text)).toEqual([word]);
  });

  it.each([
    ['an abbreviation that stands for something', 'PLM stands for product lifecycle management'],
    ['a longer word', 'a standstill that amends renewal'],
    ['a value in quotes', `outcome: 'cancelled'`],
    ['the same value as a key', `{ cancelled: 'danger' }`],
    ['optimism', 'an optimistic update'],
  ])('accepts %s', (_what, text) => {
    expect(wordsOf(text)).toEqual([]);
  });

  it('finds a word in the name of a file', () => {
    expect(findWords([{ path: 'docs/neighbour.md', text: '' }])).toEqual([
      { path: 'docs/neighbour.md', line: 0, word: 'neighbour', instead: 'neighbor' },
    ]);
  });

  it('ignores the license', () => {
    expect(wordsOf('nobody', 'LICENSE')).toEqual([]);
  });

  it('allows a word only in the files that need it', () => {
    expect(wordsOf('`nobody`', 'local/postgres/postgres.ts')).toEqual([]);
    expect(wordsOf('`nobody`', 'local/postgres/database.ts')).toEqual(['nobody']);
    expect(wordsOf('somebody', 'local/postgres/postgres.ts')).toEqual(['somebody']);
  });
});

describe('findWordProblems', () => {
  it('says where a word is and what to write instead', () => {
    expect(findWordProblems([{ path: 'docs/page.md', text: 'one\nnobody asks' }])).toEqual([
      'docs/page.md:2: nobody → no one',
    ]);
  });
});
