// The issuers of the installation, for its operator: who may send tokens here, and what they may grant.
import type { Context } from 'hono';
import * as z from 'zod';
import { IssuerOrg, IssuerSettings } from '../../../durable/contracts/issuers.ts';
import { isSafeAddress, settingsOf } from '../../../durable/env.ts';
import { AppError } from '../../../durable/errors.ts';
import { exactText } from '../../../durable/input-text.ts';
import { changeIssuer, type IssuerWithOrgs, listIssuers } from '../../../durable/postgres/queries/issuers.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { noteOperatorChange } from '../../admission/edge-events.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { defineRoute } from '../../routing/define-route.ts';

const PATH = '/api/v1/operator/issuers';
const ISSUER_PATH = `${PATH}/{issuerId}`;

const Orgs = z.array(IssuerOrg).max(500).default([]);
const NewIssuer = IssuerSettings.extend({ orgs: Orgs }).meta({ id: 'NewIssuer' });
const IssuerChange = IssuerSettings.omit({ issuer: true })
  .extend({
    orgs: Orgs.meta({ description: 'Added to the current ones.' }),
    removedOrgs: z.array(exactText().min(1).max(255)).max(500).default([]),
  })
  .meta({ id: 'IssuerChange' });
const Issuer = z
  .object({
    ...IssuerSettings.shape,
    id: z.uuid(),
    orgs: z.array(z.object({ claimed: z.string(), org: z.string() })),
  })
  .meta({ id: 'Issuer' });
const IssuerList = z.object({ issuers: z.array(Issuer) }).meta({ id: 'IssuerList' });

const IssuerParams = z.object({ issuerId: z.guid().toLowerCase() });

export const operatorIssuerRoutes = [
  defineRoute({
    method: 'get',
    paths: [PATH],
    tag: 'operator',
    permission: 'operator',
    summary: 'List issuers',
    reply: { status: 200, description: 'The issuers of the installation.', schema: IssuerList },
    errors: ['DATABASE_UNAVAILABLE'],
    handler: async (c) => ({ issuers: await listIssuers(postgresDepsOf(c.env)) }),
  }),
  defineRoute({
    method: 'post',
    paths: [PATH],
    tag: 'operator',
    permission: 'operator',
    summary: 'Add an issuer',
    description: 'Its tokens are accepted within a minute.',
    body: NewIssuer,
    reply: { status: 201, description: 'The issuer.', schema: Issuer },
    errors: ['BAD_REQUEST', 'ISSUER_EXISTS', 'DATABASE_UNAVAILABLE'],
    handler: async (c, { body }) => {
      requireSafeKeys(c, body.jwksUrl);
      if (body.issuer === settingsOf(c.env).JWT_ISSUER) throw new AppError('ISSUER_EXISTS');
      return change(c, 'add', body);
    },
  }),
  defineRoute({
    method: 'put',
    paths: [ISSUER_PATH],
    tag: 'operator',
    permission: 'operator',
    summary: 'Change an issuer',
    description: 'Replaces its settings. What it may no longer grant ends within a minute.',
    params: IssuerParams,
    body: IssuerChange,
    reply: { status: 200, description: 'The issuer.', schema: Issuer },
    errors: ['BAD_REQUEST', 'NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    handler: async (c, { params: { issuerId }, body }) => {
      requireSafeKeys(c, body.jwksUrl);
      const { issuer } = await requireIssuer(c, issuerId);
      return change(c, 'set', { ...body, issuer });
    },
  }),
  defineRoute({
    method: 'delete',
    paths: [ISSUER_PATH],
    tag: 'operator',
    permission: 'operator',
    summary: 'Remove an issuer',
    description: 'Its tokens, and the memberships that they granted, stop working within a minute.',
    params: IssuerParams,
    reply: { status: 204, description: 'The issuer is removed.' },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    find: (c, { params: { issuerId } }) => requireIssuer(c, issuerId),
    handler: async (c, { found: { issuer } }) => {
      await change(c, 'remove', { issuer });
      return undefined;
    },
  }),
];

async function requireIssuer(c: Context<EdgeEnv>, id: string): Promise<IssuerWithOrgs> {
  const found = (await listIssuers(postgresDepsOf(c.env))).find((issuer) => issuer.id === id);
  if (!found) throw new AppError('NOT_FOUND');
  return found;
}

function requireSafeKeys(c: Context<EdgeEnv>, url: string): void {
  if (isSafeAddress(url, settingsOf(c.env).ENVIRONMENT)) return;
  throw new AppError('BAD_REQUEST', { detail: 'jwksUrl: must use https.' });
}

async function change(
  c: Context<EdgeEnv>,
  what: 'add' | 'set' | 'remove',
  input: { readonly issuer: string },
): Promise<IssuerWithOrgs> {
  const answer = await changeIssuer(postgresDepsOf(c.env), what, input, c.get('requestId'));
  if (!answer.ok) {
    if (answer.code !== 'ORG_UNKNOWN') throw new AppError(answer.code);
    throw new AppError('BAD_REQUEST', { detail: `orgs: ${answer.message}` });
  }
  noteOperatorChange(c, answer.data.orgIds, { area: 'issuers', issuer: input.issuer, change: what });
  return answer.data.issuer;
}
