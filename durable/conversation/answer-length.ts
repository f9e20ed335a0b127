// How long an answer may grow. It bounds what one step can cost.
import { isExperimentalFeatureEnabled } from '../features.ts';
import type { Access } from '../principal.ts';

const ANSWER_TOKENS = 8_192;
const LONG_ANSWER_TOKENS = 32_768;

export const answerTokens = (access: Access): number =>
  isExperimentalFeatureEnabled(access, 'longAnswers') ? LONG_ANSWER_TOKENS : ANSWER_TOKENS;
