// The object's event stream → the client, byte for byte: the runtime moves the bytes, no script of ours does.
import { z } from 'zod';
import { REFUSAL_HEADER } from '../durable/conversation/requests.ts';
import { AppError, ERRORS, type ErrorCode } from '../durable/errors.ts';

const Refusal = z.object({
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string().optional(),
  retryAfterSeconds: z.number().nullish(),
  members: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullish(),
});

/** @throws AppError where the object refused before its stream began. */
export async function eventStream(sessionId: string, response: Response): Promise<Response> {
  if (response.headers.has(REFUSAL_HEADER) || !response.ok) throw await readRefusal(response);
  return new Response(response.body, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      // `no-transform`: a proxy that compresses would hold tokens back.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
      'X-Session-Id': sessionId,
    },
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
