// Provider settings of the org and of its programs: read, create, change, remove.
import { type Context, Hono } from 'hono';
import { AppError } from '../../durable/errors.ts';
import {
  createAiSettings,
  deleteAiSettings,
  listSettingsPrograms,
  readAiSettings,
  type ScopeRow,
  type StoredAiSettings,
  updateAiSettings,
  type WriteOutcome,
} from '../../durable/postgres/ai-settings.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { effectiveSettingsOf } from '../../durable/providers/config.ts';
import { askAccount, chosenOrg, setAdmission } from '../access.ts';
import { planChange, sealKeys } from '../ai-settings-change.ts';
import { MAY_CREATE, MAY_UPDATE, toAiSettingsView, toStored } from '../ai-settings-view.ts';
import { Conflict, conflictingValues } from '../conflict.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { AiSettingsChange, AiSettingsQuery, type AiSettingsView, NewAiSettings } from '../settings-contract.ts';

export const aiSettingsRoutes = new Hono<EdgeEnv>();

aiSettingsRoutes.get('/settings', async (c) => {
  return c.json(await freshView(c));
});

aiSettingsRoutes.post('/settings', async (c) => {
  const { programId, stored } = await requireScope(c);
  requirePermission(c, MAY_CREATE);
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const input = parseInput(NewAiSettings, body.value);
  if (stored) throw new AppError('SETTINGS_EXIST');
  const change = planChange(c.env, null, input);
  const { orgId } = c.get('access');
  const id = crypto.randomUUID();
  const keys = await sealKeys(c.env, { orgId, settingId: id }, change);
  const write = { id, programId, values: change.values, keys, requestId: c.get('requestId') };
  requireDone(await createAiSettings(postgresDepsOf(c.env), c.get('access'), write));
  return c.json(await freshView(c), 201);
});

aiSettingsRoutes.put('/settings', async (c) => {
  const { stored } = await requireScope(c);
  requirePermission(c, MAY_UPDATE);
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const { version, ...input } = parseInput(AiSettingsChange, body.value);
  if (!stored) throw nothingStored();
  if (version !== undefined && version !== stored.version) throw conflict(stored, input);
  const change = planChange(c.env, stored, input);
  const { orgId } = c.get('access');
  const keys = await sealKeys(c.env, { orgId, settingId: stored.id }, change);
  // On the version that was read: what the change was planned on is what it replaces.
  const on = { id: stored.id, version: stored.version, requestId: c.get('requestId') };
  const outcome = await updateAiSettings(postgresDepsOf(c.env), c.get('access'), {
    ...on,
    values: change.values,
    keys,
  });
  if (!outcome.ok && outcome.code === 'CONFLICT') {
    const now = await requireScope(c);
    throw conflict(now.stored ?? stored, input);
  }
  requireDone(outcome);
  return c.json(await freshView(c));
});

aiSettingsRoutes.delete('/settings', async (c) => {
  const { stored } = await requireScope(c);
  requirePermission(c, MAY_UPDATE);
  if (!stored) throw nothingStored();
  const gone = { id: stored.id, requestId: c.get('requestId') };
  requireDone(await deleteAiSettings(postgresDepsOf(c.env), c.get('access'), gone));
  return c.body(null, 204);
});

/** The row of the scope that the request names. @throws AppError NOT_FOUND for a program that the person does not see */
export async function requireScope(c: Context<EdgeEnv>): Promise<ScopeRow> {
  const { programId = null } = parseInput(AiSettingsQuery, c.req.query());
  const scope = await readAiSettings(postgresDepsOf(c.env), c.get('access'), programId);
  if (!scope) throw new AppError('NOT_FOUND');
  return scope;
}

/** What was saved a moment ago shows to whoever asks for settings. */
export async function askFresh(c: Context<EdgeEnv>): Promise<void> {
  const admission = await askAccount(c, chosenOrg(c), 'confirmed', { fresh: true });
  if (!admission.ok) throw new AppError(admission.code);
  setAdmission(c, admission);
}

async function freshView(c: Context<EdgeEnv>): Promise<AiSettingsView> {
  const [scope, programs] = await Promise.all([
    requireScope(c),
    listSettingsPrograms(postgresDepsOf(c.env), c.get('access')),
    askFresh(c),
  ]);
  const access = c.get('access');
  const about = scope.programId === null ? [] : [scope.programId];
  const effective = effectiveSettingsOf(c.env, { orgId: access.orgId, settings: c.get('settings'), programs: about });
  return toAiSettingsView({ access, scope, effective, programs });
}

function requirePermission(c: Context<EdgeEnv>, permission: string): void {
  if (!c.get('access').permissions.includes(permission)) throw new AppError('FORBIDDEN');
}

function requireDone(outcome: WriteOutcome): void {
  if (outcome.ok) return;
  const codes = {
    FORBIDDEN: 'FORBIDDEN',
    NOT_FOUND: 'NOT_FOUND',
    EXISTS: 'SETTINGS_EXIST',
    CONFLICT: 'SETTINGS_CONFLICT',
  };
  throw new AppError(codes[outcome.code] as 'FORBIDDEN');
}

const nothingStored = (): AppError =>
  new AppError('NOT_FOUND', { detail: 'This scope has no settings of its own. Create them with POST.' });

/** A key has no value to show: that one was sent is all that can be said of it. */
function conflict(stored: StoredAiSettings, input: Readonly<Record<string, unknown>>): AppError {
  const { apiKey: _apiKey, fallback, ...sent } = input;
  const values = conflictingValues({ ...toStored(stored) }, sent);
  const shown = toStored(stored).fallback;
  const { apiKey: _fallbackKey, ...sentFallback } = (fallback ?? {}) as Record<string, unknown>;
  const ofFallback =
    fallback === null
      ? shown && [{ field: 'fallback', stored: shown, sent: null }]
      : conflictingValues({ ...shown }, sentFallback).map((value) => ({ ...value, field: `fallback.${value.field}` }));
  return new AppError('SETTINGS_CONFLICT', { cause: new Conflict(stored.version, [...values, ...(ofFallback ?? [])]) });
}
