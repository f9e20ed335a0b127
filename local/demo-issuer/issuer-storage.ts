// What the demo issuer remembers, in memory and for as long as it runs.
import type { Adapter, AdapterPayload } from 'oidc-provider';

/** One store for each kind of thing, as the provider asks for them. */
export function createIssuerStorage(): (kind: string) => Adapter {
  const stores = new Map<string, Map<string, AdapterPayload>>();
  return function openStore(kind) {
    const entries = stores.get(kind) ?? new Map<string, AdapterPayload>();
    stores.set(kind, entries);
    const findBy = (matches: (payload: AdapterPayload) => boolean) => [...entries.values()].find(matches);
    return {
      upsert: async (id, payload) => void entries.set(id, payload),
      find: async (id) => entries.get(id),
      findByUid: async (uid) => findBy((payload) => payload.uid === uid),
      findByUserCode: async (userCode) => findBy((payload) => payload.userCode === userCode),
      destroy: async (id) => void entries.delete(id),
      consume: async function consume(id) {
        const entry = entries.get(id);
        if (entry) entry.consumed = Math.floor(Date.now() / 1000);
      },
      revokeByGrantId: async function revoke(grantId) {
        for (const [id, payload] of entries) if (payload.grantId === grantId) entries.delete(id);
      },
    };
  };
}
