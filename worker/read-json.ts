// Reads a JSON body of bounded size, as a union: whether a bad body matters is for the gate to say, last of all.
import { AppError } from '../durable/errors.ts';

const BODY_LIMIT_BYTES = 256 * 1024;

export type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: AppError };

/** The body's value; an empty body is `undefined` where `optional`. */
export async function readJson(
  request: Request,
  options: { limitBytes?: number; optional?: boolean } = {},
): Promise<JsonBody> {
  const bytes = await readBytes(request, options.limitBytes ?? BODY_LIMIT_BYTES);
  if (!bytes) return refuse(new AppError('PAYLOAD_TOO_LARGE'));
  if (bytes.byteLength === 0 && options.optional) return { ok: true, value: undefined };
  if (!isJson(request.headers.get('Content-Type'))) return refuse(new AppError('UNSUPPORTED_MEDIA_TYPE'));
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
    return { ok: true, value: JSON.parse(text) };
  } catch {
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
