// Templates for drafts: the list with their forms, the choices of a form field, and drafting from a filled form. A draft is
// a run of a conversation like any other; only the form and its rows are handled here.
import type { Context } from 'hono';
import * as z from 'zod';
import { RunId } from '../../../durable/contracts/transcript.ts';
import { AppError } from '../../../durable/errors.ts';
import { findTemplate, templatesFor } from '../../../durable/packs/templates.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { fieldsOf } from '../../../durable/templates/form-fields.ts';
import { openTenant } from '../../../durable/tools/tenant-access.ts';
import { requestedModel } from '../../admission/named-scope.ts';
import { startRun } from '../../admission/start-run.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { eventStream } from '../../http/event-stream.ts';
import { assistantPaths, defineModelRoute, defineRoute } from '../../routing/define-route.ts';
import { requestedRun } from '../../wires/ag-ui/ag-ui.ts';
import { completeDraft, parseDraftForm } from './draft-form.ts';
import { ChoiceList, ChoicesQuery, DraftForm, FieldParams, TemplateList, TemplateParams } from './templates-schema.ts';

export const templateRoutes = [
  defineRoute({
    method: 'get',
    paths: assistantPaths('/templates'),
    tag: 'assistant',
    permission: 'member',
    feature: 'assistant',
    rights: 'confirmed',
    summary: 'List templates and their forms',
    description: 'Templates whose records you can read. Empty without the permission to create drafts.',
    reply: { status: 200, description: 'The templates.', schema: TemplateList },
    handler: (c) => ({
      templates: templatesFor(c.get('access')).map(({ id, name, description, form }) => ({
        id,
        name,
        description,
        fields: fieldsOf(form).map(toField),
      })),
    }),
  }),
  defineRoute({
    method: 'get',
    paths: assistantPaths('/templates/{template}/fields/{field}/choices'),
    tag: 'assistant',
    permission: 'templates:draft',
    feature: 'assistant',
    rights: 'confirmed',
    summary: 'Find records for a form field',
    params: FieldParams,
    query: ChoicesQuery,
    reply: { status: 200, description: 'The first matches that you can see.', schema: ChoiceList },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    handler: async (c, { params, query: { q = null, within = null } }) => {
      const { template, from } = requireTemplate(c, params.template);
      const field = fieldsOf(template.form).find(({ name }) => name === params.field);
      if (field?.kind !== 'record') throw new AppError('NOT_FOUND');
      const tenant = openTenant(postgresDepsOf(c.env), c.get('access')).reader;
      const choices = await from.findChoices(field.record, { words: q, within }, tenant);
      return { choices: [...choices] };
    },
  }),
  defineModelRoute({
    method: 'post',
    paths: assistantPaths('/templates/{template}/draft'),
    tag: 'assistant',
    permission: 'templates:draft',
    feature: 'assistant',
    // The draft's rows are read before the run starts, so the rights must be current.
    rights: 'confirmed',
    modelCall: { runOf: (_c, body) => requestedRun(body) },
    summary: 'Draft a document and stream it',
    description:
      'A run like that of a message: it can be resumed, stopped and replayed, and its session can be continued. The records that the draft uses come first, as CUSTOM `draft`; the statements that none of them supports come last, as CUSTOM `draft-check`. A missing or unknown field is refused with its path.',
    params: TemplateParams,
    headers: z.object({ 'X-Run-Id': RunId.optional().meta({ description: 'If sent, it must equal runId.' }) }),
    body: DraftForm,
    reply: {
      status: 200,
      description: 'The draft. `X-Session-Id` is its session.',
      media: {
        type: 'text/event-stream',
        schema: z.string().meta({ description: 'AG-UI 1.0 events, like those of `/chat`.' }),
      },
    },
    errors: [
      'PROVIDER_UNCONFIGURED',
      'MODEL_NOT_IN_PLAN',
      'MODEL_NEEDS_OWN_KEY',
      'MODEL_RETIRED',
      'MODEL_UNKNOWN',
      'QUOTA_EXCEEDED',
      'BUDGET_UNAVAILABLE',
      'RUN_ID_REUSED',
      'QUEUE_FULL',
      'BACKLOG_FULL',
      'ACCESS_REVOKED',
      'NOT_FOUND',
      'DATABASE_UNAVAILABLE',
    ],
    find: (c, { params }) => requireTemplate(c, params.template),
    handler: async (c, { found: { template } }) => {
      const draft = completeDraft(c.env, template);
      const read = async (body: unknown) => ({ run: await parseDraftForm(template, body, c.req.header('X-Run-Id')) });
      const parser = { requestedModel, read, complete: draft.complete };
      const { run, events } = await startRun(c, parser, c.req.header('Last-Event-ID')).catch((error: unknown) => {
        throw draft.refusalOr(error);
      });
      return eventStream(events, { sessionId: run.sessionId });
    },
  }),
];

/** @throws AppError NOT_FOUND, also for a template that isn't available to this user */
function requireTemplate(c: Context<EdgeEnv>, id: string) {
  const found = findTemplate(c.get('access'), id);
  if (!found) throw new AppError('NOT_FOUND');
  return found;
}

type Field = TemplateList['templates'][number]['fields'][number];
const toField = (field: ReturnType<typeof fieldsOf>[number]): Field =>
  field.kind === 'choice' ? { ...field, options: [...field.options] } : field;
