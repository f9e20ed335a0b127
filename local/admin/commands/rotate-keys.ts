// Wraps stored provider keys under the newest master key. Each transaction handles one batch, so an interrupted run can
// simply be repeated. A row is replaced only if it still has the value that was read, so a key that the Worker stores in
// between wins.
import type pg from 'pg';
import { type MasterKeys, parseMasterKeys } from '../../../durable/secrets/master-keys.ts';
import { type KEY_SLOTS, placeOfKey } from '../../../durable/secrets/provider-key.ts';
import { rewrap, UnsealError, versionOf } from '../../../durable/secrets/sealed-secret.ts';
import { AdminError, type Command, type CommandContext, EXIT } from '../command.ts';
import { countOf } from '../options.ts';
import { inTransaction } from '../transaction.ts';

type SealedKeyRow = { org_id: string; setting_id: string; slot: (typeof KEY_SLOTS)[number]; sealed: string };
type Tally = { rewrapped: number; replacedMeanwhile: number; failed: { place: string; why: string }[] };

export const rotateKeys: Command = {
  name: 'rotate-keys',
  summary: 'Wrap stored provider keys under the newest master key',
  parameters: [],
  options: { batch: { type: 'string', value: 'N', help: 'Keys per transaction; default: 50' } },
  notes: [
    'MASTER_KEYS must be the Worker’s value: the new key first, then the old ones. Repeat until the old key is reported as',
    'unused. Exits with 3 if a key doesn’t open.',
  ],
  run: async function runRotateKeys({ database, settings, say }, { values }) {
    const keys = masterKeysOf(settings);
    const batch = countOf(values, 'batch', { most: 1_000, otherwise: 50 });
    const tally: Tally = { rewrapped: 0, replacedMeanwhile: 0, failed: [] };
    for (let replaced = -1; replaced < tally.replacedMeanwhile; ) {
      // A key that was replaced during this pass may be sealed under an old master key, so look again.
      replaced = tally.replacedMeanwhile;
      tally.failed = [];
      let after: SealedKeyRow | null = null;
      do {
        const rows: SealedKeyRow[] = await inTransaction(database, () =>
          rotateBatch(database, keys, { after, batch, tally }),
        );
        after = rows.at(-1) ?? null;
        if (after) say(`${tally.rewrapped} keys wrapped under ${keys.current.version}`);
      } while (after);
    }
    const inUse = await countByVersion(database);
    const { current } = keys;
    const older = versionsOf(settings['MASTER_KEYS'] ?? '').filter((version) => version !== current.version);
    const free = older.filter((version) => inUse[version] === undefined);
    const held = Object.keys(inUse).filter((version) => version !== current.version);
    return {
      lines: [
        `${tally.rewrapped} keys wrapped under ${current.version}, ${tally.failed.length} could not be opened`,
        ...tally.failed.map(({ place, why }) => `  ${place}: ${why}`),
        ...free.map(
          (version) => `no key is sealed under ${version} anymore: remove it from MASTER_KEYS after at least a day`,
        ),
        ...held.map((version) => `${inUse[version]} keys are still sealed under ${version}: keep it in MASTER_KEYS`),
      ],
      json: { current: current.version, ...tally, inUse, mayBeRemoved: free },
      exitCode: held.length > 0 ? EXIT.found : EXIT.done,
    };
  },
};

function masterKeysOf(settings: CommandContext['settings']): MasterKeys {
  const text = settings['MASTER_KEYS'];
  if (!text) throw new AdminError('MASTER_KEYS is not set; set it to the Worker’s value, with the new key first');
  try {
    return parseMasterKeys(text);
  } catch (cause) {
    throw new AdminError(`MASTER_KEYS ${(cause as Error).message}`, { cause });
  }
}

const versionsOf = (text: string): string[] => text.split(',').map((part) => part.trim().split(':')[0] ?? '');

/** Rewraps one batch and returns its rows; none at the end. */
async function rotateBatch(
  database: pg.Client,
  keys: MasterKeys,
  { after, batch, tally }: { after: SealedKeyRow | null; batch: number; tally: Tally },
): Promise<SealedKeyRow[]> {
  const { rows } = await database.query<SealedKeyRow>(
    `select org_id, setting_id, slot, sealed from ai_keys
     where split_part(sealed, '.', 2) <> $1 and ($2::uuid is null or (org_id, setting_id, slot) > ($2, $3::uuid, $4))
     order by org_id, setting_id, slot limit $5`,
    [keys.current.version, after?.org_id ?? null, after?.setting_id ?? null, after?.slot ?? null, batch],
  );
  for (const row of rows) await rotateRow(database, keys, row, tally);
  return rows;
}

async function rotateRow(database: pg.Client, keys: MasterKeys, row: SealedKeyRow, tally: Tally): Promise<void> {
  const place = placeOfKey({ orgId: row.org_id, settingId: row.setting_id, slot: row.slot });
  try {
    const rewrapped = await rewrap(keys, place, row.sealed);
    if (rewrapped === null) return;
    // The time at which it was entered stays the same, because the key does.
    const { rowCount } = await database.query(
      'update ai_keys set sealed = $4 where org_id = $1 and setting_id = $2 and slot = $3 and sealed = $5',
      [row.org_id, row.setting_id, row.slot, rewrapped, row.sealed],
    );
    if (rowCount === 0) tally.replacedMeanwhile += 1;
    else tally.rewrapped += 1;
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    tally.failed.push({ place: `org ${row.org_id}, ${place.row}`, why: `${error.message} (${versionOf(row.sealed)})` });
  }
}

async function countByVersion(database: pg.Client): Promise<Record<string, number>> {
  const { rows } = await database.query<{ version: string; keys: number }>(
    `select split_part(sealed, '.', 2) as version, count(*)::int as keys from ai_keys group by 1 order by 1`,
  );
  return Object.fromEntries(rows.map(({ version, keys }) => [version, keys]));
}
