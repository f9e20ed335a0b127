// Sends one request to a provider's API. Keys go only to the checked address: a redirect is an error, because following it would
// send the key to another origin. The vendors' SDKs are only used for their types: as code they were a third of the Worker.
import { readStart } from './bounded-body.ts';
import { type Connection, type ProviderDeps, plainError } from './connection.ts';
import { isRecord, parseJsonObject } from './tool-arguments.ts';

/** Far more than the error of any provider. */
const MAX_ERROR_CHARS = 65_536;

/** A provider replied with an error status or a redirect. */
export class ProviderStatusError extends Error {
  override readonly name = 'ProviderStatusError';
  readonly status: number;
  readonly headers: Headers;
  readonly requestID: string | undefined;
  /** Of the error in the body, if it has them. */
  readonly code: unknown;
  readonly param: unknown;

  constructor({ status, headers }: Response, said: string, details: Record<string, unknown>) {
    super(`${status} ${said || '(no body)'}`);
    this.status = status;
    this.headers = headers;
    this.requestID = headers.get('request-id') ?? headers.get('x-request-id') ?? undefined;
    this.code = details['code'];
    this.param = details['param'];
  }
}

export type PostRequest = (
  body: object,
  options: {
    readonly signal: AbortSignal;
    /** Called when the request leaves. */
    readonly onSend: () => void;
    readonly headers?: Readonly<Record<string, string>>;
  },
) => Promise<Response>;

/**
 * Posts JSON to one path of the connection's address. Retries, timeouts and reading the answer are the caller's (stream-answer.ts).
 * The request throws ProviderStatusError, or whatever `fetch` throws.
 */
export function createPost(
  { apiKey, baseUrl }: Pick<Connection, 'apiKey' | 'baseUrl'>,
  path: string,
  deps: Pick<ProviderDeps, 'fetch'>,
): PostRequest {
  return async function postRequest(body, { signal, onSend, headers }) {
    const init: RequestInit = {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        'user-agent': 'groundwire',
        ...headers,
      },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal,
    };
    signal.throwIfAborted();
    onSend();
    const response = await deps.fetch(`${baseUrl}${path}`, init);
    if (!response.ok) throw await statusError(response);
    return response;
  };
}

async function statusError(response: Response): Promise<ProviderStatusError> {
  const text = plainError(await readStart(response, MAX_ERROR_CHARS));
  const error = parseJsonObject(text)?.['error'];
  if (!isRecord(error) || typeof error['message'] !== 'string') return new ProviderStatusError(response, text, {});
  return new ProviderStatusError(response, error['message'], error);
}
