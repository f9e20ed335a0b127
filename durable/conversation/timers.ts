// The runtime's clocks as functions that can be called off.
import { AppError, type ErrorCode } from '../errors.ts';

export function later(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

export function every(ms: number, callback: () => void): () => void {
  const timer = setInterval(callback, ms);
  return () => clearInterval(timer);
}

/** @throws AppError `code` where `answer` takes longer. */
export async function within<T>(ms: number, code: ErrorCode, answer: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stopWaiting = later(ms, () => reject(new AppError(code)));
  try {
    return await Promise.race([answer, late]);
  } finally {
    stopWaiting();
  }
}
