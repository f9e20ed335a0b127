// A place that the assistant offers to open: a page of this product, or an address elsewhere.
import { internalPath, safeHref } from '../markdown/safe-link.ts';
import { asRecord, asText } from './unknown-value.ts';

export type Offer = {
  readonly kind: 'navigation' | 'workspace';
  readonly label: string;
  readonly href: string;
  readonly external: boolean;
};

/** Null where there is no address that may be opened. */
export function parseOffer(kind: Offer['kind'], value: unknown): Offer | null {
  const fields = asRecord(value);
  const raw = asText(fields['path']) ?? '';
  const path = internalPath(raw);
  const href = path ?? safeHref(raw);
  if (href === null) return null;
  const label = asText(fields['label']) ?? (kind === 'workspace' ? 'Open Design Workspace' : 'View');
  return { kind, label, href, external: path === null };
}
