// Drafting templates: which there are, what their forms may name, and a filled form on its way to a draft. The draft is a
// run of a conversation like any other; what stands here is the form, and the rows for it.
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { AppError } from '../../durable/errors.ts';
import { findTemplate, templatesFor } from '../../durable/packs/templates.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { fieldsOf } from '../../durable/templates/form-fields.ts';
import { openTenant } from '../../durable/tools/tenant-access.ts';
import { requestedRun } from '../dialects/ag-ui.ts';
import { completeDraft, parseDraftForm, requestedDraftModel } from '../dialects/draft-form.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { eventStream } from '../event-stream.ts';
import { assistantEnabled, permitted } from '../gate.ts';
import { callsModel } from '../model-call.ts';
import { parseInput } from '../problem.ts';
import { startRun } from '../start-run.ts';
import { type ChoiceList, ChoicesQuery, type TemplateList } from '../templates-contract.ts';

/** Mounted before the other routes of the assistant, as all that makes a model work. Rows are read for rights as they are now. */
export const draftRoute = new Hono<EdgeEnv>();

draftRoute.post(
  '/templates/:template/draft',
  callsModel({ rights: 'confirmed', runOf: (_c, body) => requestedRun(body) }),
  assistantEnabled,
  permitted('templates:draft'),
  knownTemplate(),
  async (c) => {
    const { template } = requireTemplate(c);
    const draft = completeDraft(c.env, template);
    const read = async (body: unknown) => ({ run: await parseDraftForm(template, body, c.req.header('X-Run-Id')) });
    const dialect = { requestedModel: requestedDraftModel, read, complete: draft.complete };
    const { run, events } = await startRun(c, dialect, c.req.header('Last-Event-ID')).catch((error: unknown) => {
      throw draft.refusalOr(error);
    });
    return eventStream(events, { sessionId: run.sessionId });
  },
);

export const templateRoutes = new Hono<EdgeEnv>();

templateRoutes.get('/templates', (c) => {
  const templates = templatesFor(c.get('access')).map(({ id, name, description, form }) => ({
    ...{ id, name, description },
    fields: fieldsOf(form).map(toField),
  }));
  const list: TemplateList = { templates };
  return c.json(list);
});

templateRoutes.get('/templates/:template/fields/:field/choices', permitted('templates:draft'), async (c) => {
  const { q = null, within = null } = parseInput(ChoicesQuery, c.req.query());
  const { template, from } = requireTemplate(c);
  const field = fieldsOf(template.form).find(({ name }) => name === c.req.param('field'));
  if (field?.kind !== 'record') throw new AppError('NOT_FOUND');
  const tenant = openTenant(postgresDepsOf(c.env), c.get('access')).reader;
  const choices = await from.findChoices(field.record, { words: q, within }, tenant);
  const list: ChoiceList = { choices: [...choices] };
  return c.json(list);
});

/** One that is not for this person is not there, before anything of the form is looked at. */
function knownTemplate(): MiddlewareHandler<EdgeEnv> {
  return async function knowTemplate(c, next) {
    requireTemplate(c);
    await next();
  };
}

function requireTemplate(c: Context<EdgeEnv>) {
  const found = findTemplate(c.get('access'), c.req.param('template') ?? '');
  if (!found) throw new AppError('NOT_FOUND');
  return found;
}

type Field = TemplateList['templates'][number]['fields'][number];
const toField = (field: ReturnType<typeof fieldsOf>[number]): Field =>
  field.kind === 'choice' ? { ...field, options: [...field.options] } : field;
