import { describe, expect, test } from 'vitest';
import { digestOfTranscript, splitTranscript } from './client-transcript.ts';

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const words = (...said: { role: string; content: string }[]) =>
  said.map(({ role, content }) => ({ role: role as 'user' | 'assistant', text: content }));

describe('a client’s transcript', () => {
  test('is split into the question and the turns before it', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      assistant('Welcome.'),
      user('One'),
      user(' Two '),
      assistant('Yes.'),
      { role: 'function', content: '{}' },
      assistant('Really.'),
      assistant('  '),
      user('Three'),
      user('Four'),
    ];
    expect(splitTranscript(messages)).toEqual({
      earlier: [
        { role: 'user', text: 'One\n\nTwo' },
        { role: 'assistant', text: 'Yes.\n\nReally.' },
      ],
      text: 'Three\n\nFour',
    });
  });

  test.each([
    ['nothing', []],
    ['only blanks', [user(' \n')]],
    ['an answer last', [user('One'), assistant('Yes.')]],
    ['a result of a function last', [user('One'), { role: 'tool', content: '{}' }]],
  ])('that ends with no word of the user is none: %s', (_name, messages) => {
    expect(() => splitTranscript(messages)).toThrow('BAD_REQUEST');
  });

  test('can end with a message of the program', () => {
    expect(splitTranscript([user('One'), { role: 'system', content: 'Be brief.' }]).text).toBe('One');
  });

  test('is refused if its last message is too long', () => {
    expect(() => splitTranscript([user('é'.repeat(33_000))])).toThrow('PAYLOAD_TOO_LARGE');
  });
});

describe('the digest of a transcript', () => {
  const digest = (...said: { role: string; content: string }[]) => digestOfTranscript(words(...said));

  test('is the same for the same text, however it is split and padded', async () => {
    const one = await digest(user('One'), assistant('Yes.\n\nReally.'));
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest(assistant('Welcome.'), user('One '), assistant('Yes.'), assistant('\nReally.'))).toBe(one);
  });

  test('differs for another text, order or role', async () => {
    const all = await Promise.all([
      digest(user('One'), assistant('Yes.')),
      digest(user('One'), assistant('No.')),
      digest(user('Yes.'), assistant('One')),
      digest(user('One'), assistant('Yes.'), user('One')),
      digest(user('OneYes'), assistant('.')),
    ]);
    expect(new Set(all).size).toBe(all.length);
  });

  test('is null without an answer', async () => {
    expect(await digest(user('One'), user('Two'))).toBeNull();
    expect(await digest()).toBeNull();
  });
});
