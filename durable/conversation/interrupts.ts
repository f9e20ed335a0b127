// An approval as AG-UI clients know it: an interrupt, with the binding by which TanStack AI's client answers it.
import type { Interrupt } from '@ag-ui/core';
import type { StoredApproval } from './approvals.ts';

/** What an answer may say. The arguments are not part of it: what was shown is what runs. */
const RESPONSE_SCHEMA = {
  type: 'object',
  properties: { approved: { type: 'boolean' } },
  required: ['approved'],
  additionalProperties: false,
};

/** @param runId the run that the interrupt ended */
export function toInterrupt(approval: StoredApproval, runId: string): Interrupt {
  const expiresAt = new Date(approval.expiresAt).toISOString();
  return {
    id: approval.id,
    reason: 'tool-approval',
    message: approval.card.message,
    toolCallId: approval.callId,
    responseSchema: RESPONSE_SCHEMA,
    expiresAt,
    metadata: {
      kind: 'approval',
      toolName: approval.tool,
      input: approval.input,
      'tanstack:interruptBinding': {
        v: 1,
        kind: 'tool-approval',
        interruptId: approval.id,
        interruptedRunId: runId,
        generation: 0,
        toolName: approval.tool,
        toolCallId: approval.callId,
        originalArgs: approval.input,
        // The client compares these among themselves only; the digest binds them to what was shown.
        inputSchemaHash: approval.digest,
        approvalSchemaHash: approval.digest,
        responseSchemaHash: approval.digest,
        expiresAt,
      },
    },
  };
}
