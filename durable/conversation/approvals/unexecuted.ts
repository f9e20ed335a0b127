// Outcomes of proposals that were never executed: the text for users, and the text that the model reads in place of a
// result.
import type { RefusedCall } from '../../tools/tool-attempt.ts';

const DECLINED_WORDS = 'The user declined this. Nothing was changed. Do not propose it again unless they ask.';
export const DECLINED: RefusedCall = {
  kind: 'refused',
  code: 'DECLINED',
  message: DECLINED_WORDS,
  content: JSON.stringify({ declined: true, message: DECLINED_WORDS }),
  isError: false,
  endsTurn: false,
};

/** It was approved, and its run ended before it was executed. */
export const INTERRUPTED: RefusedCall = {
  kind: 'refused',
  code: 'INTERRUPTED',
  message: 'Interrupted before anything was changed.',
  content: JSON.stringify({ refused: true, code: 'INTERRUPTED', message: 'It was interrupted. Nothing was changed.' }),
  isError: true,
  endsTurn: false,
};

const canceled = (message: string): RefusedCall => ({
  kind: 'refused',
  code: 'STOPPED',
  message,
  content: JSON.stringify({ stopped: true, message }),
  isError: false,
  endsTurn: false,
});

/** Its run was stopped before anyone decided. */
export const STOPPED_OUTCOME = canceled('The answer was stopped before this was confirmed. Nothing was changed.');

/** Its branch was left before anyone decided. */
export const BRANCH_LEFT = canceled(
  'The question was edited or asked again before this was confirmed. Nothing was changed.',
);
