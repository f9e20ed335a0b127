// A client's own name for a conversation → the session's id. A UUID is the id itself. Any other name, as libraries make
// them up, stands for one that only this person in this org comes to by it.
import { z } from 'zod';
import type { Access } from '../principal.ts';

export async function sessionIdOf(access: Pick<Access, 'orgId' | 'userId'>, name: string): Promise<string> {
  const id = z.uuid().safeParse(name);
  if (id.success) return id.data;
  const words = new TextEncoder().encode(JSON.stringify([access.orgId, access.userId, name]));
  return toUuid(new Uint8Array(await crypto.subtle.digest('SHA-256', words)));
}

/** RFC 9562, version 8: the bits are ours. */
function toUuid(hash: Uint8Array): string {
  const bytes = hash.slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
