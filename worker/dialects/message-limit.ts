// How much a person may say at once, on every wire.
import { AppError } from '../../durable/errors.ts';

const MESSAGE_LIMIT_BYTES = 64 * 1024;

/** @throws AppError PAYLOAD_TOO_LARGE */
export function requireMessageSize(text: string): void {
  if (new TextEncoder().encode(text).byteLength > MESSAGE_LIMIT_BYTES)
    throw new AppError('PAYLOAD_TOO_LARGE', { detail: 'A message holds at most 64 kB of text.' });
}
