// Reads a JSON body of limited size and depth. It returns errors instead of throwing, because a bad body is refused last.
import { MAX_JSON_DEPTH, parseBoundedJson } from '../../durable/bounded-json.ts';
import { AppError } from '../../durable/errors.ts';

const BODY_LIMIT_BYTES = 256 * 1024;

export type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: AppError };

/** The body's value. If `optional`, an empty body is `undefined`. */
export async function readJson(
  request: Request,
  options: { limitBytes?: number | undefined; optional?: boolean | undefined } = {},
): Promise<JsonBody> {
  const bytes = await readBytes(request, options.limitBytes ?? BODY_LIMIT_BYTES);
  if (!bytes) return refuse(new AppError('PAYLOAD_TOO_LARGE'));
  if (bytes.byteLength === 0 && options.optional) return { ok: true, value: undefined };
  if (!isJson(request.headers.get('Content-Type'))) return refuse(new AppError('UNSUPPORTED_MEDIA_TYPE'));
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
    return { ok: true, value: parseBoundedJson(text) };
  } catch (error) {
    if (error instanceof RangeError)
      return refuse(
        new AppError('BAD_REQUEST', { detail: `The body is nested more than ${MAX_JSON_DEPTH} levels deep.` }),
      );
    // The parser's message repeats the input; the client knows what it sent.
    return refuse(new AppError('BAD_REQUEST', { detail: 'The body is not valid JSON.' }));
  }
}

/** The body, or null where it is larger than the limit, whatever Content-Length says. */
async function readBytes(request: Request, limit: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('Content-Length') ?? 0) > limit) return null;
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

const isJson = (contentType: string | null): boolean => /^application\/json\s*(;|$)/i.test(contentType ?? '');

const refuse = (error: AppError): JsonBody => ({ ok: false, error });

/** What we stored is JSON. Text that a model wrote may not be; it is returned unchanged. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so it is text.
    return text;
  }
}
