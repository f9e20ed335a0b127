// Streams the verification of an org's audit log: one line of progress per step, then the result.
import type { LogCheck } from '../../../durable/audit/verify-log.ts';
import { AppError } from '../../../durable/errors.ts';
import { logFailure } from '../../../durable/log.ts';
import type { VerifyFact } from './audit-schema.ts';

export type VerifyDeps = {
  /** @throws AppError */
  checks(): AsyncIterable<LogCheck>;
  /** Records the result. @throws AppError */
  note(found: VerifyFact): Promise<void>;
  readonly requestId: string;
};

export async function* streamCheck(deps: VerifyDeps): AsyncGenerator<string> {
  let checked = 0;
  try {
    for await (const check of deps.checks()) {
      const fact = toFact(check);
      if (fact.type === 'progress') checked = fact.checked;
      else await deps.note(fact);
      yield toLine(fact);
    }
  } catch (error) {
    const known = error instanceof AppError ? error : new AppError('INTERNAL', { cause: error });
    logFailure('audit_verify.failed', error, { requestId: deps.requestId, checked });
    yield toLine({ type: 'unfinished', checked, code: known.code, detail: known.detail });
  }
}

function toFact(check: LogCheck): VerifyFact {
  switch (check.state) {
    case 'progress':
      return { type: 'progress', checked: check.checked, rows: check.rows };
    case 'whole':
      return { type: 'whole', checked: check.checked, signed: check.signed };
    case 'broken':
      return { type: 'broken', checked: check.seq - 1, seq: check.seq, reason: check.reason };
  }
}

const toLine = (fact: VerifyFact): string => `${JSON.stringify(fact)}\n`;
