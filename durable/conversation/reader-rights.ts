// Watches whether somebody who reads along may still do so. A run's own person is watched by the run; at a shared place
// there are others, and whoever leaves it is cut off, in the middle of an answer too.
import type { AppError } from '../errors.ts';
import type { Access } from '../principal.ts';
import type { ConversationDeps } from './deps.ts';
import { mayStay } from './watch-rights.ts';

/** Also keeps a member's word fresh, so that a message from an open page is taken without asking anybody. */
const READER_BEAT_MS = 20_000;

export type ReaderWatch = {
  /** Settles with the refusal once the reader may read no more. */
  readonly gone: Promise<AppError>;
  readonly stop: () => void;
};

export function watchReader(deps: Pick<ConversationDeps, 'confirm' | 'every'>, access: Access): ReaderWatch {
  const { promise: gone, resolve } = Promise.withResolvers<AppError>();
  const stop = deps.every(READER_BEAT_MS, () => {
    void mayStay(deps, access).then((refusal) => refusal && resolve(refusal));
  });
  return { gone, stop };
}
