// A session's id in an address. What is no UUID names nothing, so it is answered like what does not exist.
import { AppError } from '../../durable/errors.ts';
import { SessionId } from '../contract.ts';

/** @throws AppError NOT_FOUND */
export function requireSessionId(text: string): string {
  const parsed = SessionId.safeParse(text);
  if (!parsed.success) throw new AppError('NOT_FOUND');
  return parsed.data;
}
