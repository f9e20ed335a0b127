// Manages the issuers whose tokens the installation accepts: which ones, how their tokens are verified and read, and what they may grant.
// The Worker applies a change within a minute. Every change is in the operator's log and in the log of each organization concerned.
import type pg from 'pg';
import * as z from 'zod';
import { type IssuerOrg, IssuerSettings } from '../../../durable/contracts/issuers.ts';
import { isSafeAddress } from '../../../durable/env.ts';
import { recordAuditEvent } from '../audit-events.ts';
import { AdminError, type Command, type CommandContext, type OptionSpec, type OptionValues } from '../command.ts';
import { countOf, isSet, listOf, textOf, wrong } from '../options.ts';
import { inTransaction } from '../transaction.ts';
import { defaultRoles } from './create-org.ts';

type Details = IssuerSettings & { readonly id: string; readonly orgs: readonly IssuerOrg[] };

const TOLERANCE_MAX = 60;
const AGE_MAX = 86_400;

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  jwks: { type: 'string', value: 'URL', help: 'Where the issuer publishes its keys (https)' },
  audience: { type: 'string', multiple: true, value: 'TEXT', help: 'Its tokens must have one of these; repeatable' },
  type: { type: 'string', value: 'at+jwt|JWT|none', help: 'The `typ` of its tokens; default: at+jwt' },
  tolerance: {
    type: 'string',
    value: 'SECONDS',
    help: `How far its clock may differ, up to ${TOLERANCE_MAX}; default: 30`,
  },
  'max-age': { type: 'string', value: 'SECONDS', help: 'Older tokens are refused; default: 3600' },
  claim: {
    type: 'string',
    multiple: true,
    value: 'FIELD=PATH',
    help: 'Where its tokens have subject, email, emailVerified, name, organization, organizationName, role; repeatable',
  },
  'current-org': { type: 'boolean', help: 'Its tokens name only the organization that a person works in now' },
  role: { type: 'string', multiple: true, value: 'THEIRS=OURS', help: 'Our role for one of the issuer’s; repeatable' },
  'default-role': { type: 'string', value: 'NAME|none', help: 'The role of tokens without one; default: member' },
  'highest-role': { type: 'string', value: 'NAME', help: 'The highest role it can grant; default: member' },
  org: {
    type: 'string',
    multiple: true,
    value: 'SLUG|VALUE=SLUG',
    help: 'An organization it speaks for, and the value of its organization claim if that isn’t the slug; repeatable',
  },
  'create-orgs': {
    type: 'string',
    value: 'PLAN|no',
    help: 'Create an organization, on this plan, for a value that is new',
  },
  pack: { type: 'string', multiple: true, value: 'plm|production', help: 'With --create-orgs: packs of the new roles' },
  assistant: { type: 'boolean', help: 'With --create-orgs: turn the assistant on in new organizations' },
};

export const addIssuer: Command = {
  name: 'add-issuer',
  summary: 'Accept the tokens of another product’s issuer',
  parameters: ['issuer'],
  options: OPTIONS,
  notes: ['The issuer is the exact `iss` of its tokens. docs/identity.md has recipes for common providers.'],
  run: async function runAddIssuer(context, { parameters: [issuer = ''], values }) {
    if (textOf(values, 'jwks') === undefined) throw wrong('--jwks is required: where the issuer publishes its keys');
    if (listOf(values, 'audience') === undefined) throw wrong('--audience is required: what its tokens are meant for');
    return change(context, 'add', { ...read(context, { issuer }, values), orgs: orgsOf(values) });
  },
};

export const setIssuer: Command = {
  name: 'set-issuer',
  summary: 'Change what an issuer may do',
  parameters: ['issuer'],
  options: {
    ...OPTIONS,
    'remove-org': { type: 'string', multiple: true, value: 'VALUE', help: 'Stop speaking for this one; repeatable' },
    disable: { type: 'boolean', help: 'Refuse its tokens, and what they granted, until it is enabled' },
    enable: { type: 'boolean', help: 'Accept them again' },
  },
  notes: ['What isn’t given stays. --claim and --role replace all claims or roles; --org adds organizations.'],
  run: async function runSetIssuer(context, { parameters: [issuer = ''], values }) {
    const { id: _id, orgs: _orgs, ...before } = await requireIssuer(context.database, issuer);
    if (isSet(values, 'enable') && isSet(values, 'disable')) throw wrong('choose --enable or --disable');
    const switched = isSet(values, 'enable') || isSet(values, 'disable') ? { isEnabled: isSet(values, 'enable') } : {};
    const settings = read(context, { ...before, ...switched }, values);
    return change(context, 'set', {
      ...settings,
      orgs: orgsOf(values),
      removedOrgs: listOf(values, 'remove-org') ?? [],
    });
  },
};

export const removeIssuer: Command = {
  name: 'remove-issuer',
  summary: 'Stop accepting an issuer’s tokens, and end what they granted',
  parameters: ['issuer'],
  options: {},
  notes: ['Members who came by invitation keep their membership, and need another way to sign in.'],
  run: (context, { parameters: [issuer = ''] }) => change(context, 'remove', { issuer }),
};

export const listIssuers: Command = {
  name: 'list-issuers',
  summary: 'List the issuers whose tokens are accepted, or the changes to them',
  parameters: [],
  options: { log: { type: 'boolean', help: 'Show the operator’s log instead' } },
  run: async function runListIssuers({ database }, { values }) {
    if (isSet(values, 'log')) return showLog(database);
    const { rows } = await database.query<{ issuer: Details }>(
      'select private.issuer_details(i) as issuer from private.issuers i order by i.issuer',
    );
    const issuers = rows.map((row) => row.issuer);
    return {
      lines: issuers.length === 0 ? ['no issuers; `add-issuer` adds one'] : issuers.flatMap(describe),
      json: issuers,
    };
  },
};

async function showLog(database: pg.Client) {
  const { rows } = await database.query<{ at: Date; actor: string; event: string; parameters: unknown }>(
    'select created_at as at, actor, event, parameters from private.operator_log order by seq',
  );
  const issuerOf = (parameters: unknown): string =>
    Logged.parse(parameters).after?.issuer ?? Logged.parse(parameters).issuer ?? '';
  return {
    lines: rows.map(
      ({ at, actor, event, parameters }) => `${at.toISOString()} ${actor} ${event} ${issuerOf(parameters)}`,
    ),
    json: rows,
  };
}

const Logged = z.looseObject({
  issuer: z.string().optional(),
  after: z.looseObject({ issuer: z.string() }).optional(),
});

function describe({ issuer, isEnabled, audiences, tokenType, highestRole, orgs, newOrgs }: Details): string[] {
  const names = orgs.map(({ claimed, org }) => (claimed === org ? org : `${claimed} (${org})`));
  return [
    `${issuer}${isEnabled ? '' : ' (disabled)'}`,
    `  tokens: ${tokenType} for ${audiences.join(', ')}`,
    `  grants up to: ${highestRole}`,
    `  organizations: ${names.join(', ') || 'none'}${newOrgs ? `, and creates new ones (${newOrgs.plan})` : ''}`,
  ];
}

async function requireIssuer(database: pg.Client, issuer: string): Promise<Details> {
  const { rows } = await database.query<{ issuer: Details }>(
    'select private.issuer_details(i) as issuer from private.issuers i where i.issuer = $1',
    [issuer],
  );
  if (rows[0]) return rows[0].issuer;
  throw new AdminError('there is no such issuer; `npm run admin -- list-issuers` lists them');
}

/** The given settings with what the options change. @throws AdminError */
function read({ isLocal, settings }: CommandContext, base: object, values: OptionValues): IssuerSettings {
  const defaultRole = textOf(values, 'default-role');
  const given = {
    jwksUrl: textOf(values, 'jwks'),
    audiences: listOf(values, 'audience'),
    tokenType: textOf(values, 'type'),
    clockToleranceSeconds: numberOf(values, 'tolerance', TOLERANCE_MAX),
    maxAgeSeconds: numberOf(values, 'max-age', AGE_MAX),
    claims: pairsOf(values, 'claim'),
    listsOrgs: isSet(values, 'current-org') ? 'current' : undefined,
    roleNames: pairsOf(values, 'role'),
    defaultRole: defaultRole === 'none' ? null : defaultRole,
    highestRole: textOf(values, 'highest-role'),
    newOrgs: newOrgsOf(values),
  };
  const changed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = IssuerSettings.safeParse({ ...base, ...changed });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  if (parsed.data.issuer === settings['JWT_ISSUER'])
    throw new AdminError(
      'JWT_ISSUER names this issuer, which takes precedence; remove it from the Worker’s settings first',
    );
  const environment = isLocal || settings['ENVIRONMENT'] === 'local' ? 'local' : 'production';
  if (!isSafeAddress(parsed.data.jwksUrl, environment)) throw wrong('--jwks must be an https address');
  return parsed.data;
}

function numberOf(values: OptionValues, name: string, most: number): number | undefined {
  if (textOf(values, name) === '0') return 0;
  return textOf(values, name) === undefined ? undefined : countOf(values, name, { most, otherwise: 0 });
}

/** `a=b` pairs. The first `=` divides, except in a value with none. */
function pairsOf(values: OptionValues, name: string): Record<string, string> | undefined {
  const pairs = listOf(values, name)?.map((text) => {
    const at = text.indexOf('=');
    if (at < 1 || at === text.length - 1) throw wrong(`--${name} takes two values joined by =, not ${text}`);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return pairs && Object.fromEntries(pairs);
}

function orgsOf(values: OptionValues): IssuerOrg[] {
  return (listOf(values, 'org') ?? []).map((text) => {
    const at = text.lastIndexOf('=');
    return at < 0 ? { claimed: text, org: text } : { claimed: text.slice(0, at), org: text.slice(at + 1) };
  });
}

function newOrgsOf(values: OptionValues): object | null | undefined {
  const plan = textOf(values, 'create-orgs');
  if (plan === undefined || plan === 'no') return plan && null;
  return {
    plan,
    roles: defaultRoles(listOf(values, 'pack') ?? []),
    settings: { experimentalFeatures: { aiAssistant: isSet(values, 'assistant') } },
  };
}

const Answer = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    data: z.object({ issuer: z.looseObject({ issuer: z.string() }), orgIds: z.array(z.string()) }),
  }),
  z.object({ ok: z.literal(false), message: z.string() }),
]);

const DONE = { add: 'added', set: 'changed', remove: 'removed' };

async function change({ database }: CommandContext, what: 'add' | 'set' | 'remove', input: object) {
  return inTransaction(database, async () => {
    const { rows } = await database.query<{ answer: unknown }>(
      `select private.change_issuer($1, $2, 'cli', null) as answer`,
      [what, input],
    );
    const answer = Answer.parse(rows[0]?.answer);
    if (!answer.ok) throw new AdminError(`nothing was changed: ${answer.message}`);
    const { issuer, orgIds } = answer.data;
    for (const orgId of orgIds) {
      const fact = { area: 'issuers', issuer: issuer.issuer, change: what };
      await recordAuditEvent(database, orgId, 'settings.changed', fact);
    }
    return { lines: [`${DONE[what]} ${issuer.issuer}; the Worker applies it within a minute`], json: issuer };
  });
}
