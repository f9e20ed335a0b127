// What servers refuse is learned from their refusals: the same address can serve models of several generations, so no setting
// could be right for all of them. Each refusal changes one thing, and the request is sent again.
import type { ModelRequest } from '../provider.ts';
import type { ServerQuirks } from '../stream/connection.ts';
import type { ChatQuirks } from './chat-request.ts';

/** One address may refuse different things for different keys, so each connection learns for itself. */
type ServedModel = Pick<ModelRequest, 'connection' | 'model'> & { readonly baseUrl: string };

/** Facts about servers, nothing of what was asked. Forgotten with the isolate. */
const learned = new Map<string, ChatQuirks>();
const MAX_LEARNED = 500;

const keyOf = ({ connection, baseUrl, model }: ServedModel): string => JSON.stringify([connection, baseUrl, model]);

export const knownQuirks = (served: ServedModel): ChatQuirks | null => learned.get(keyOf(served)) ?? null;

export function rememberQuirks(served: ServedModel, quirks: ChatQuirks): void {
  const [oldest] = learned.keys();
  if (learned.size >= MAX_LEARNED && oldest !== undefined) learned.delete(oldest);
  learned.set(keyOf(served), quirks);
}

/** The quirks with which the refused request may be accepted; null if nothing is left to change. */
export function learnQuirk(error: unknown, tried: ChatQuirks, configured: ServerQuirks): ChatQuirks | null {
  if (!(error instanceof Error) || !('status' in error)) return null;
  if (error.status !== 400 && error.status !== 422) return null;
  const { message } = error;
  const names = (field: string): boolean => new RegExp(`(?<![\\w])${field}(?![\\w])`).test(message);
  if (names(tried.outputLimitField) && tried.outputLimitField === configured.outputLimitField) {
    // A limit that is too high names its field too, but not as one that the server doesn't know.
    const isUnknown = /unsupported|not supported|unrecognized|unknown|unexpected|extra|not permitted|invalid param/i;
    const other = tried.outputLimitField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    if (isUnknown.test(message) || names(other)) return { ...tried, outputLimitField: other };
  }
  if (tried.acceptsPromptCacheKey && names('prompt_cache_key')) return { ...tried, acceptsPromptCacheKey: false };
  if (!tried.needsShortIds && /tool.?call.?id/i.test(message) && /\b(9|nine)\b/.test(message))
    return { ...tried, needsShortIds: true };
  if (!tried.refusesReasoning && /reasoning_(content|details)/.test(message) && !/must|missing|required/i.test(message))
    return { ...tried, refusesReasoning: true };
  if (!tried.refusesEffort && /reasoning[_. ]?effort|thinking[_ ]?level/i.test(message))
    return { ...tried, refusesEffort: true };
  if (!tried.refusesStreamOptions && names('stream_options')) return { ...tried, refusesStreamOptions: true };
  return null;
}
