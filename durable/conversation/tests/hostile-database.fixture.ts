// A database whose rows contain whatever a test puts into them: results of the pack's functions can be read and replaced on
// their way from the real Postgres. All other queries go to the real one unchanged.
import { env } from 'cloudflare:workers';

type Query = { query: string; params: unknown[] };

export type HostileDatabase = ReturnType<typeof openHostileDatabase>;

/** Install it on top of a world, and remove it first. */
export function openHostileDatabase() {
  const { NEON_FETCH_ENDPOINT: databaseUrl } = env as unknown as Record<string, string>;
  const below = globalThis.fetch;
  const answers = new Map<string, unknown>();
  const state = {
    /** Replacements for the results of these functions, which are not called. */
    standIns: new Map<string, unknown>(),
    /** Replacements for their results when they only propose. */
    proposals: new Map<string, unknown>(),
  };

  globalThis.fetch = async (input, init) => {
    if (String(input) !== databaseUrl) return below(input, init);
    const body = JSON.parse(String(init?.body)) as { queries?: Query[] };
    const called = (body.queries ?? []).map(callIn).find((found) => found !== null);
    for (const query of body.queries ?? []) replace(query);
    const reply = await below(input, { ...init, body: JSON.stringify(body) });
    if (!called || called.isDryRun) return reply;
    const text = await reply.text();
    const { results } = JSON.parse(text) as { results: { rows: string[][] }[] };
    answers.set(called.name, JSON.parse(results.at(-1)?.rows[0]?.[0] ?? 'null'));
    return new Response(text, reply);
  };

  function replace(query: Query): void {
    const called = callIn(query);
    const standIn = called && (called.isDryRun ? state.proposals : state.standIns).get(called.name);
    if (standIn === undefined || standIn === null) return;
    query.query = 'select $1::jsonb as answer';
    query.params = [JSON.stringify(standIn)];
  }

  return {
    state,
    /** The last result of each function, without proposals. */
    answers,
    restore: () => {
      globalThis.fetch = below;
    },
  };
}

/** The pack function that a query calls; null for any other query. */
function callIn({ query, params }: Query): { readonly name: string; readonly isDryRun: boolean } | null {
  const name = /plm\."(\w+)"\(/.exec(query)?.[1];
  return name === undefined ? null : { name, isDryRun: params[1] === true || params[1] === 'true' };
}
