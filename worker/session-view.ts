// A conversation's record as the API shows it.
import type { SessionRecord } from '../durable/conversation/requests.ts';
import type { Session } from './contract.ts';

export const toSession = (record: SessionRecord, activeRunId: string | null): Session => ({
  id: record.id,
  title: record.title,
  model: record.model,
  programId: record.programId,
  designId: record.designId,
  pinned: record.pinned,
  audience: record.audience ?? 'private',
  forkedFrom: record.forkedFrom ?? null,
  createdAt: new Date(record.createdAt).toISOString(),
  updatedAt: new Date(record.updatedAt).toISOString(),
  activeRunId,
});
