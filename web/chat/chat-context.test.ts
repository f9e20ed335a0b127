import { expect, test } from 'vitest';
import { contextState, parseContext } from './chat-context.ts';

const CONTEXT = {
  programId: 'p',
  designId: null,
  label: 'Program ROV',
  path: '/workspace/programs/p',
  draft: 'About it: ',
};

test('a history entry gives its context back', () => {
  expect(parseContext(structuredClone(contextState(CONTEXT)))).toEqual(CONTEXT);
});

test.each([[null], [{}], [{ groundwire: { context: { programId: 'p' } } }]])('%j carries none', (state) => {
  expect(parseContext(state)).toBeNull();
});
