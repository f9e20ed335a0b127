// A filled form → the run that drafts from it. The form is held against the template's own shape at once; the rows are
// read when nothing refuses the run.
import { z } from 'zod';
import { digestOf } from '../../durable/canonical-json.ts';
import type { RunRequest } from '../../durable/conversation/requests.ts';
import { AppError } from '../../durable/errors.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import type { Access } from '../../durable/principal.ts';
import { draftWords } from '../../durable/templates/draft-prompt.ts';
import { type FormValues, toWords } from '../../durable/templates/form-fields.ts';
import type { Gathered, Template } from '../../durable/templates/template.ts';
import { openTenant } from '../../durable/tools/tenant-access.ts';
import { ModelId } from '../contract.ts';
import { parseInput } from '../problem.ts';
import { DraftForm } from '../templates-contract.ts';

/** @throws AppError BAD_REQUEST, which names the field. */
export async function parseDraftForm(
  template: Template,
  body: unknown,
  runIdHeader: string | undefined,
): Promise<RunRequest> {
  const { threadId, runId, fields: given, model = null } = parseInput(DraftForm, body);
  if (runIdHeader !== undefined && runIdHeader !== runId)
    throw new AppError('BAD_REQUEST', { detail: 'X-Run-Id and runId name different runs.' });
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

/** @param issues whose paths begin at the form */
function inFields(issues: readonly z.core.$ZodIssue[]): AppError {
  const placed = issues.map((issue) => ({ ...issue, path: ['fields', ...issue.path] }));
  return new AppError('BAD_REQUEST', { cause: new z.ZodError(placed) });
}

/** The model that a body asks for, wherever the rest of it is wrong: whether a plan has it is said before that. */
export function requestedDraftModel(body: unknown): string | null {
  const peek = z.looseObject({ model: ModelId }).safeParse(body);
  return peek.success ? peek.data.model : null;
}

/**
 * Reads the rows for a run. Where a field names nothing the run is still looked for: one that was admitted before is
 * replayed whatever became of its rows. `refusalOr` says what to answer where it was not.
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
  { title, sources, notes, named, programId, designId }: Gathered,
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
