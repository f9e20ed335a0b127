// Calls of the pages on usage, audit and kept conversations; see api.ts.
import type { AuditEntry, AuditPage } from '../../worker/audit-contract.ts';
import type { FeedbackList } from '../../worker/branching-contract.ts';
import type { SessionRulesView } from '../../worker/settings-contract.ts';
import type { Usage } from '../../worker/usage-contract.ts';
import { call } from '../api.ts';

type UsageQuestion = { readonly from: string; readonly to: string; readonly by: string };

const queryOf = ({ from, to, by }: UsageQuestion): string => String(new URLSearchParams({ from, to, by }));

export const getUsage = (question: UsageQuestion): Promise<Usage> =>
  call('GET', `/api/v1/ai/usage?${queryOf(question)}`);
export const usageCsvAddress = (question: UsageQuestion): string => `/api/v1/ai/usage/export?${queryOf(question)}`;

export function getFeedback(question: {
  readonly from: string;
  readonly to: string;
  /** Empty for all. */
  readonly verdict: string;
  readonly cursor: string | null;
}): Promise<FeedbackList> {
  const { from, to, verdict, cursor } = question;
  const search = { from, to, limit: '20', ...(verdict !== '' && { verdict }), ...(cursor !== null && { cursor }) };
  return call('GET', `/api/v1/ai/feedback?${new URLSearchParams(search)}`);
}

export type AuditFilter = Readonly<Record<string, string>>;

export const getAudit = (filter: AuditFilter, cursor: string | null): Promise<AuditPage> =>
  call('GET', `/api/v1/audit?${new URLSearchParams({ ...filter, ...(cursor !== null && { cursor }) })}`);
export const getAuditEntry = (id: string): Promise<AuditEntry> =>
  call('GET', `/api/v1/audit/${encodeURIComponent(id)}`);
export const auditExportAddress = (filter: AuditFilter, format: 'ndjson' | 'csv'): string =>
  `/api/v1/audit/export?${new URLSearchParams({ ...filter, format })}`;
export const AUDIT_VERIFY = '/api/v1/audit/verify';

export const getSessionRules = (): Promise<SessionRulesView> => call('GET', '/api/v1/settings/sessions');
export const putSessionRules = (change: {
  keepNewest: number;
  retentionDays: number | null;
  version: number;
}): Promise<SessionRulesView> => call('PUT', '/api/v1/settings/sessions', change);
