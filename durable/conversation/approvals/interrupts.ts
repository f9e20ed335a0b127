// An approval in the form of an AG-UI interrupt, with the binding that TanStack AI's client needs to answer it.
import type { Interrupt } from '@ag-ui/core';
import type { StoredApproval } from './approvals.ts';

/** A reply can't change the arguments: the change that the user saw is the one that runs. */
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
        // The client only compares these with each other; the digest binds them to the shown approval.
        inputSchemaHash: approval.digest,
        approvalSchemaHash: approval.digest,
        responseSchemaHash: approval.digest,
        expiresAt,
      },
    },
  };
}
