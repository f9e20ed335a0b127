// Where a page of a session list ended, as one opaque text. It is no authority: the list's owner is checked elsewhere.
import { z } from 'zod';

export type SessionCursor = { readonly updatedAt: number; readonly id: string };

const Cursor = z.tuple([z.int(), z.uuid()]);

export const formatCursor = ({ updatedAt, id }: SessionCursor): string => btoa(JSON.stringify([updatedAt, id]));

/** Null where the text is none of ours. */
export function parseCursor(text: string): SessionCursor | null {
  try {
    const [updatedAt, id] = Cursor.parse(JSON.parse(atob(text)));
    return { updatedAt, id };
  } catch {
    // Not base64, not JSON or not a cursor: all the same to the caller.
    return null;
  }
}
