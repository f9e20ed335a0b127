import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../errors.ts';
import type { Access } from '../../principal.ts';
import type { Session } from '../session.ts';
import { type AssignedModels, type ResolveModel, resolveFor } from './assignment.ts';

const SESSION = { model: 'chosen', programId: null, designId: null } as Session;
const RIGHTS = { access: {} as Access, settings: [] };

/** The model that answers, or why none does, if the conversation's own model is refused with this code. */
function resolved(code: ErrorCode, model: string | null = null) {
  const resolveModel: ResolveModel = ({ requested }) =>
    requested === 'chosen'
      ? ({ ok: false, code, detail: 'why' } as ReturnType<ResolveModel>)
      : { ok: true, ...({ model: { id: requested ?? 'default' } } as AssignedModels) };
  const reply = resolveFor(resolveModel, { model, programId: null, designId: null }, SESSION, RIGHTS);
  return reply.ok ? reply.model.id : reply;
}

describe("a conversation's own model", () => {
  it('is replaced by the default when it is no longer in the plan or the settings', () => {
    expect(resolved('MODEL_NOT_IN_PLAN')).toBe('default');
    expect(resolved('MODEL_UNKNOWN')).toBe('default');
  });

  it('is refused when its provider retired it, until another one is named', () => {
    expect(resolved('MODEL_RETIRED')).toEqual({ ok: false, code: 'MODEL_RETIRED', detail: 'why' });
    expect(resolved('MODEL_RETIRED', 'successor')).toBe('successor');
  });
});
