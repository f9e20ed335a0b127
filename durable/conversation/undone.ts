// What became of a proposal where nothing was done: the words for people, and what the model reads in place of a result.
import type { Refused } from '../tools/attempt.ts';

const DECLINED_WORDS = 'The user declined this. Nothing was changed. Do not propose it again unless they ask.';
export const DECLINED: Refused = {
  kind: 'refused',
  code: 'DECLINED',
  message: DECLINED_WORDS,
  content: JSON.stringify({ declined: true, message: DECLINED_WORDS }),
  isError: false,
  endsTurn: false,
};

/** It was approved, and its turn ended before it was tried. */
export const NOT_DONE: Refused = {
  kind: 'refused',
  code: 'INTERRUPTED',
  message: 'It was interrupted before anything was changed.',
  content: JSON.stringify({ refused: true, code: 'INTERRUPTED', message: 'It was interrupted. Nothing was changed.' }),
  isError: true,
  endsTurn: false,
};

const WITHDRAWN_WORDS = 'The answer was stopped before this was confirmed. Nothing was changed.';
/** Its turn was called off before anybody decided. */
export const WITHDRAWN: Refused = {
  kind: 'refused',
  code: 'STOPPED',
  message: WITHDRAWN_WORDS,
  content: JSON.stringify({ stopped: true, message: WITHDRAWN_WORDS }),
  isError: false,
  endsTurn: false,
};

const ABANDONED_WORDS = 'The question was edited or asked again before this was confirmed. Nothing was changed.';
/** The branch that it stands on was left before anybody decided. */
export const ABANDONED: Refused = {
  kind: 'refused',
  code: 'STOPPED',
  message: ABANDONED_WORDS,
  content: JSON.stringify({ stopped: true, message: ABANDONED_WORDS }),
  isError: false,
  endsTurn: false,
};
