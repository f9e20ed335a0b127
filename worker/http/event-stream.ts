// Passes an object's event stream to the client. On the AG-UI wire the runtime copies the bytes, without our code.
import * as z from 'zod';
import { REFUSAL_HEADER } from '../../durable/contracts/conversation.ts';
import { AppError, ERRORS, type ErrorCode } from '../../durable/errors.ts';

const Refusal = z.object({
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string().optional(),
  retryAfterSeconds: z.number().nullish(),
  members: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullish(),
});

/** The frames of a run's log. @throws AppError if the object refused before its stream started. */
export async function requireEvents(response: Response): Promise<ReadableStream<Uint8Array>> {
  if (response.headers.has(REFUSAL_HEADER) || !response.ok || !response.body) throw await readRefusal(response);
  return response.body;
}

export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // `no-transform`, because a compressing proxy would delay tokens.
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

/** A reply that streams an answer, for every wire. */
export function eventStream(
  body: ReadableStream<Uint8Array>,
  { sessionId, ...headers }: { readonly sessionId: string } & Readonly<Record<string, string>>,
): Response {
  return new Response(body, {
    headers: { ...EVENT_STREAM_HEADERS, 'X-Session-Id': sessionId, ...headers },
  });
}

async function readRefusal(response: Response): Promise<AppError> {
  const refusal = Refusal.safeParse(await response.json().catch(() => null));
  if (!refusal.success)
    return new AppError('INTERNAL', { cause: new Error(`conversation answered ${response.status}`) });
  const { code, detail, retryAfterSeconds, members } = refusal.data;
  return new AppError(code, {
    ...(detail !== undefined && { detail }),
    ...(retryAfterSeconds != null && { retryAfterSeconds }),
    ...(members && { members }),
  });
}
