// Provider settings of the org and of its programs: read, create, change, remove.
import type { Context } from 'hono';
import type { z } from 'zod';
import { AppError } from '../../../durable/errors.ts';
import {
  createAiSettings,
  deleteAiSettings,
  listSettingsPrograms,
  noteServerLimits,
  readAiSettings,
  type ScopeRow,
  type StoredAiSettings,
  updateAiSettings,
  type WriteOutcome,
} from '../../../durable/postgres/queries/ai-settings.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { effectiveSettingsOf } from '../../../durable/providers/settings/config.ts';
import { askAccount, chosenOrg, setAdmission } from '../../admission/access.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { Conflict, conflictingValues } from '../../http/conflict.ts';
import { assistantPaths, defineRoute } from '../../routing/define-route.ts';
import { limitsAfter, planChange, refuseUnusableModels, sealKeys } from './ai-settings-change.ts';
import { MAY_CREATE, MAY_UPDATE, toAiSettingsView, toStored } from './ai-settings-view.ts';
import { AiSettingsChange, AiSettingsQuery, AiSettingsView, NewAiSettings } from './settings-schema.ts';

const IN_FORCE = 'Takes effect within 30 seconds, or right away after a page reload.';

/** The settings of a program that the user can't see are 404, even without the permission to change settings. */
const OF_A_SCOPE = {
  paths: assistantPaths('/settings'),
  tag: 'assistant',
  // A provider can be set up before the assistant is turned on.
  feature: 'none',
  rights: 'confirmed',
  query: AiSettingsQuery,
  findsBeforePermission: true,
} as const;

export const aiSettingsRoutes = [
  defineRoute({
    method: 'get',
    ...OF_A_SCOPE,
    permission: 'member',
    summary: 'Read provider settings',
    description:
      'The effective settings of the org or one of its programs, where each value comes from, and which values are set right there.',
    reply: { status: 200, description: 'The settings. They never include a key.', schema: AiSettingsView },
    handler: (c, { query }) => freshView(c, query),
  }),
  defineRoute({
    method: 'post',
    ...OF_A_SCOPE,
    permission: MAY_CREATE,
    needsRecentSignIn: true,
    summary: 'Create provider settings',
    description: IN_FORCE,
    body: NewAiSettings,
    reply: { status: 201, description: 'The settings.', schema: AiSettingsView },
    errors: ['FORBIDDEN', 'SETTINGS_EXIST'],
    find: (c, { query }) => requireSettingsScope(c, query),
    handler: async (c, { query, body, found: { programId, stored } }) => {
      if (stored) throw new AppError('SETTINGS_EXIST');
      const change = planChange(c.env, null, body);
      refuseUnusableModels(c, { programId }, change, body);
      const { orgId } = c.get('access');
      const id = crypto.randomUUID();
      const keys = await sealKeys(c.env, { orgId, settingId: id }, change);
      const write = { id, programId, values: change.values, keys, requestId: c.get('requestId') };
      requireDone(await createAiSettings(postgresDepsOf(c.env), c.get('access'), write));
      await noteLimits(c, id, await limitsAfter(c, { programId }, change, body));
      return freshView(c, query);
    },
  }),
  defineRoute({
    method: 'put',
    ...OF_A_SCOPE,
    permission: MAY_UPDATE,
    needsRecentSignIn: true,
    summary: 'Change provider settings',
    description: `If \`version\` is sent and someone else saved in the meantime, the conflict lists both values. ${IN_FORCE}`,
    body: AiSettingsChange,
    reply: { status: 200, description: 'The settings.', schema: AiSettingsView },
    errors: ['FORBIDDEN', 'SETTINGS_CONFLICT'],
    find: (c, { query }) => requireSettingsScope(c, query),
    handler: async (c, { query, body: { version, ...input }, found: scope }) => {
      const { stored } = scope;
      if (!stored) throw nothingStored();
      if (version !== undefined && version !== stored.version) throw conflict(stored, input);
      const change = planChange(c.env, stored, input);
      refuseUnusableModels(c, scope, change, input);
      const { orgId } = c.get('access');
      const keys = await sealKeys(c.env, { orgId, settingId: stored.id }, change);
      const outcome = await updateAiSettings(postgresDepsOf(c.env), c.get('access'), {
        id: stored.id,
        // Replaces exactly the version that the change was computed from.
        version: stored.version,
        requestId: c.get('requestId'),
        values: change.values,
        keys,
      });
      if (!outcome.ok && outcome.code === 'CONFLICT') {
        const now = await requireSettingsScope(c, query);
        throw conflict(now.stored ?? stored, input);
      }
      requireDone(outcome);
      await noteLimits(c, stored.id, await limitsAfter(c, scope, change, input));
      return freshView(c, query);
    },
  }),
  defineRoute({
    method: 'delete',
    ...OF_A_SCOPE,
    permission: MAY_UPDATE,
    needsRecentSignIn: true,
    summary: 'Remove provider settings',
    description: 'Inherited values apply again. The keys stored here are erased.',
    reply: { status: 204, description: 'The settings are removed.' },
    errors: ['FORBIDDEN'],
    find: (c, { query }) => requireSettingsScope(c, query),
    handler: async (c, { found: { stored } }) => {
      if (!stored) throw nothingStored();
      const gone = { id: stored.id, requestId: c.get('requestId') };
      requireDone(await deleteAiSettings(postgresDepsOf(c.env), c.get('access'), gone));
      return undefined;
    },
  }),
];

async function noteLimits(
  c: Context<EdgeEnv>,
  settingId: string,
  limits: Awaited<ReturnType<typeof limitsAfter>>,
): Promise<void> {
  if (Object.keys(limits).length === 0) return;
  await noteServerLimits(postgresDepsOf(c.env), c.get('access'), settingId, limits);
}

/** The settings row of the org or program. @throws AppError NOT_FOUND for a program that the user can't see */
export async function requireSettingsScope(
  c: Context<EdgeEnv>,
  { programId }: z.output<typeof AiSettingsQuery>,
): Promise<ScopeRow> {
  const scope = await readAiSettings(postgresDepsOf(c.env), c.get('access'), programId ?? null);
  if (!scope) throw new AppError('NOT_FOUND');
  return scope;
}

/** Fresh settings, so that a reader sees what was just saved. */
export async function askFresh(c: Context<EdgeEnv>): Promise<void> {
  const admission = await askAccount(c, chosenOrg(c), 'confirmed', { fresh: true });
  if (!admission.ok) throw new AppError(admission.code);
  setAdmission(c, admission);
}

async function freshView(c: Context<EdgeEnv>, query: z.output<typeof AiSettingsQuery>): Promise<AiSettingsView> {
  const [scope, programs] = await Promise.all([
    requireSettingsScope(c, query),
    listSettingsPrograms(postgresDepsOf(c.env), c.get('access')),
    askFresh(c),
  ]);
  const access = c.get('access');
  const about = scope.programId === null ? [] : [scope.programId];
  const { orgId, modelOverrides } = access;
  const effective = effectiveSettingsOf(c.env, { orgId, settings: c.get('settings'), programs: about, modelOverrides });
  return toAiSettingsView({ access, scope, effective, programs });
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
  new AppError('NOT_FOUND', { detail: 'There are no settings here yet. Create them with POST.' });

/** Keys are left out: their values are never shown. */
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
