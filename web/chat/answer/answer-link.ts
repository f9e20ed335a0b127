// A link that a tool attaches to an answer: a page of this product or an external address.
import { internalPath, safeHref } from '../../markdown/safe-link.ts';
import { asRecord, asText } from '../../unknown-value.ts';

export type AnswerLink = {
  readonly kind: 'navigation' | 'workspace';
  readonly label: string;
  readonly href: string;
  readonly external: boolean;
};

/** Null if the address isn't allowed. */
export function parseAnswerLink(kind: AnswerLink['kind'], value: unknown): AnswerLink | null {
  const fields = asRecord(value);
  const raw = asText(fields['path']) ?? '';
  const path = internalPath(raw);
  const href = path ?? safeHref(raw);
  if (href === null) return null;
  const label = asText(fields['label']) ?? (kind === 'workspace' ? 'Open Design Workspace' : 'View');
  return { kind, label, href, external: path === null };
}
