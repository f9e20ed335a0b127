// A reply with a good status that is no event stream: the page of a proxy, or an error that a server sends as JSON. No model
// worked for it, so it costs nothing.
import { AppError } from '../../errors.ts';
import { readStart } from './bounded-body.ts';
import { plainError } from './connection.ts';
import { bodyError, type Sent } from './provider-error.ts';
import { isRecord, parseJsonObject } from './tool-arguments.ts';

/** Servers that stream without the right type use these. What they send is looked at while it is read. */
const STREAM_TYPES = ['', 'text/event-stream', 'application/octet-stream', 'text/plain'];

const typeOf = ({ headers }: Response): string =>
  (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

export const isStream = (response: Response): boolean => STREAM_TYPES.includes(typeOf(response));

/** Enough for the error of any provider. */
const MAX_BODY_CHARS = 16_384;

/** Says what the address replied. Reads no more of it than an error needs. */
export async function refuseOtherReply(response: Response, sent: Sent): Promise<AppError> {
  const type = typeOf(response);
  const body = await readStart(response, MAX_BODY_CHARS);
  const error = type.endsWith('json') ? parseJsonObject(plainError(body))?.['error'] : undefined;
  if (isRecord(error)) return bodyError([error['code'], error['type']], error['message'], sent);
  if (typeof error === 'string') return bodyError([], error, sent);
  return notAStream(type);
}

const WORDS: Readonly<Record<string, string>> = { 'text/html': 'a web page', 'application/json': 'JSON' };

/** @param type the media type of the reply, or a word for it */
export function notAStream(type: string): AppError {
  const what = WORDS[type] ?? (/^[\w.+/-]{1,80}$/.test(type) ? type : 'something else');
  return new AppError('PROVIDER_NOT_A_STREAM', {
    detail: `The AI provider's address replied with ${what} instead of an answer. An admin can check the address in Settings.`,
  });
}
