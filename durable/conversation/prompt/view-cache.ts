// The names of the program and design that a conversation is about. They are looked up in the background, so that no turn waits
// for Postgres: the first turn only knows the ids.
import { logFailure } from '../../log.ts';
import type { View } from '../../packs/pack.ts';
import type { Access } from '../../principal.ts';

type ViewIds = { readonly programId: string | null; readonly designId: string | null };

/** A conversation has few scopes in view; the oldest entry is dropped and looked up again if needed. */
const MAX_KNOWN = 20;
/** Names change and users leave programs. The cached name is used while it is looked up again. */
const KNOWN_MS = 60_000;

export function createViews(
  find: (access: Access, ids: ViewIds) => Promise<View>,
  background: (work: Promise<unknown>) => void,
  now: () => number,
): (access: Access, ids: ViewIds) => View {
  const known = new Map<string, { readonly view: View; readonly at: number }>();
  const asked = new Set<string>();

  async function learn(key: string, access: Access, ids: ViewIds): Promise<void> {
    try {
      const view = await find(access, ids);
      // Moves to the end of the map, so that the oldest is the first.
      known.delete(key);
      known.set(key, { view, at: now() });
      const [oldest] = known.keys();
      if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    } catch (error) {
      logFailure('view.lookup_failed', error);
    } finally {
      asked.delete(key);
    }
  }

  return function viewOf(access, ids) {
    if (ids.programId === null && ids.designId === null) return { program: null, design: null };
    const key = JSON.stringify([access.userId, ids.programId, ids.designId]);
    const entry = known.get(key);
    if (!asked.has(key) && (!entry || now() - entry.at > KNOWN_MS)) {
      asked.add(key);
      background(learn(key, access, ids));
    }
    return entry?.view ?? { program: toView(ids.programId), design: toView(ids.designId) };
  };
}

const toView = (id: string | null) => (id === null ? null : { id });
