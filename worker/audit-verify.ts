// Checks an org's audit log from its first row to its last, and tells how far it came: one line a step, the last line says
// what was found.
import { AppError } from '../durable/errors.ts';
import { logFailure } from '../durable/log.ts';
import { CHAIN_START, type ChainPlace, type ChainStep } from '../durable/postgres/audit-chain.ts';
import type { VerifyFact } from './audit-contract.ts';

export type VerifyDeps = {
  /** @throws AppError */
  checkStep(after: ChainPlace): Promise<ChainStep>;
  /** Puts on record what was found. @throws AppError */
  note(found: VerifyFact): Promise<void>;
  readonly requestId: string;
};

export async function* verifyChain(deps: VerifyDeps): AsyncGenerator<string> {
  let place = CHAIN_START;
  try {
    for (;;) {
      const step = await deps.checkStep(place);
      place = step.place;
      if (step.state === 'holds') {
        yield toLine({ type: 'progress', checked: place.seq, rows: step.rows });
        continue;
      }
      const found: VerifyFact =
        step.state === 'whole'
          ? { type: 'whole', checked: place.seq }
          : { type: 'broken', checked: place.seq, seq: step.seq, reason: step.reason };
      await deps.note(found);
      yield toLine(found);
      return;
    }
  } catch (error) {
    const known = error instanceof AppError ? error : new AppError('INTERNAL', { cause: error });
    logFailure('audit log not checked', error, { requestId: deps.requestId, checked: place.seq });
    yield toLine({ type: 'unfinished', checked: place.seq, code: known.code, detail: known.detail });
  }
}

const toLine = (fact: VerifyFact): string => `${JSON.stringify(fact)}\n`;
