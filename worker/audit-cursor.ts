// Where a page of the audit log ended, as one opaque text. It is no authority: rights are asked for each page.
import { z } from 'zod';
import type { AuditPlace } from '../durable/postgres/audit-log.ts';

const Cursor = z.tuple([z.iso.datetime(), z.int().nonnegative()]);

export const formatAuditCursor = ({ at, seq }: AuditPlace): string => btoa(JSON.stringify([at, seq]));

/** Null where the text is none of ours. */
export function parseAuditCursor(text: string): AuditPlace | null {
  try {
    const [at, seq] = Cursor.parse(JSON.parse(atob(text)));
    return { at, seq };
  } catch {
    // Not base64, not JSON or not a cursor: all the same to the caller.
    return null;
  }
}
