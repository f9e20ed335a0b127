// What program and design a conversation is about, by name. Asked of Postgres behind a turn's back: the first turn on a
// new one knows the ids only, and no turn waits.
import { logFailure } from '../log.ts';
import type { View } from '../packs/pack.ts';
import type { Access } from '../principal.ts';

type Ids = { readonly programId: string | null; readonly designId: string | null };

/** A conversation moves among few views; what was seen long ago is asked again. */
const MAX_KNOWN = 20;

export function createViews(
  find: (access: Access, ids: Ids) => Promise<View>,
  background: (work: Promise<unknown>) => void,
): (access: Access, ids: Ids) => View {
  const known = new Map<string, View>();
  const asked = new Set<string>();

  async function learn(key: string, access: Access, ids: Ids): Promise<void> {
    try {
      known.set(key, await find(access, ids));
      const [oldest] = known.keys();
      if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    } catch (error) {
      logFailure('the view could not be read', error);
    } finally {
      asked.delete(key);
    }
  }

  return function viewOf(access, ids) {
    if (ids.programId === null && ids.designId === null) return { program: null, design: null };
    const key = JSON.stringify([access.userId, ids.programId, ids.designId]);
    const view = known.get(key);
    if (view) return view;
    if (!asked.has(key)) {
      asked.add(key);
      background(learn(key, access, ids));
    }
    return { program: toView(ids.programId), design: toView(ids.designId) };
  };
}

const toView = (id: string | null) => (id === null ? null : { id });
