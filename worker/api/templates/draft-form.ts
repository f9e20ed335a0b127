// Turns a filled form into the run that drafts from it. The form is validated against the template at once; the source rows
// are read only after the gate.
import * as z from 'zod';
import { digestOf } from '../../../durable/canonical-json.ts';
import type { RunRequest } from '../../../durable/contracts/conversation.ts';
import { AppError } from '../../../durable/errors.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import type { Access } from '../../../durable/principal.ts';
import { draftWords } from '../../../durable/templates/draft-prompt.ts';
import { type FormValues, toWords } from '../../../durable/templates/form-fields.ts';
import type { GatheredRows, Template } from '../../../durable/templates/template.ts';
import { openTenant } from '../../../durable/tools/tenant-access.ts';
import { parseInput } from '../../http/problem.ts';
import { DraftForm } from './templates-schema.ts';

/** @throws AppError BAD_REQUEST that names the field. */
export async function parseDraftForm(
  template: Template,
  body: unknown,
  runIdHeader: string | undefined,
): Promise<RunRequest> {
  const { threadId, runId, fields: given, model = null } = parseInput(DraftForm, body);
  if (runIdHeader !== undefined && runIdHeader !== runId)
    throw new AppError('BAD_REQUEST', { detail: 'X-Run-Id and runId must be the same.' });
  const fields = parseFields(template, given);
  return {
    sessionId: threadId,
    runId,
    message: { id: runId, text: template.name },
    decisions: [],
    model,
    programId: null,
    designId: null,
    mode: 'chat',
    parentRunId: null,
    draft: { type: 'brief', ...briefOf(template), fields, words: [], sources: [], notes: [] },
    digest: await digestOf({ templateId: template.id, fields, model }),
  };
}

const briefOf = ({ id, name, prompt }: Template) => ({ templateId: id, templateName: name, prompt });

function parseFields(template: Template, given: FormValues): FormValues {
  const result = template.form.safeParse(given);
  if (result.success) return result.data as FormValues;
  throw inFields(result.error.issues);
}

/** @param issues with paths relative to the form */
function inFields(issues: readonly z.core.$ZodIssue[]): AppError {
  const placed = issues.map((issue) => ({ ...issue, path: ['fields', ...issue.path] }));
  return new AppError('BAD_REQUEST', { cause: new z.ZodError(placed) });
}

/**
 * Reads the rows for a run. If a field names nothing, the run is still looked up: a run that was admitted before is replayed
 * even if its rows are gone. If there is no such run, `refusalOr` returns the refusal.
 */
export function completeDraft(env: Env, template: Template) {
  let refusal: AppError | null = null;
  return {
    complete: async function completeRun(run: RunRequest, access: Access): Promise<RunRequest> {
      if (!run.draft) return run;
      const tenant = openTenant(postgresDepsOf(env), access).reader;
      const gathered = await template.gather(run.draft.fields, tenant, access);
      if (!gathered.refused) return withRows(template, run, run.draft, gathered);
      const { field, message } = gathered;
      refusal = inFields([{ code: 'custom', path: [field], message, input: undefined }]);
      return { ...run, isRepetition: true };
    },
    refusalOr: (error: unknown): unknown =>
      error instanceof AppError && error.code === 'NOT_FOUND' ? (refusal ?? error) : error,
  };
}

function withRows(
  template: Template,
  run: RunRequest,
  draft: NonNullable<RunRequest['draft']>,
  { title, sources, notes, named, programId, designId }: GatheredRows,
): RunRequest {
  const words = toWords(template.form, draft.fields, (id) => named[id] ?? null);
  const filled = { ...draft, words, sources: [...sources], notes: [...notes] };
  return {
    ...run,
    message: { id: run.runId, text: draftWords(filled, title) },
    draft: filled,
    programId,
    designId,
  };
}
