// Maps a client's own name for a conversation to the session's id. A UUID is the id itself. Any other name, which some
// libraries make up, gives each user in each org a different id.
import * as z from 'zod';
import type { Access } from '../principal.ts';

export async function sessionIdOf(access: Pick<Access, 'orgId' | 'userId'>, name: string): Promise<string> {
  const id = z.uuid().safeParse(name);
  if (id.success) return id.data;
  return nameBasedUuid(JSON.stringify([access.orgId, access.userId, name]));
}

/** Our namespace, generated once at random. RFC 9562 puts it before every name. */
const NAMESPACE = [0x6d, 0x1f, 0x2c, 0x5e, 0x8b, 0x47, 0x4a, 0x90, 0xb3, 0x0d, 0x7e, 0x61, 0xc9, 0x52, 0xa4, 0x18];

/** RFC 9562, version 5. Not 8, which marks the ids of shared places. */
async function nameBasedUuid(name: string): Promise<string> {
  const words = new TextEncoder().encode(name);
  const hashed = await crypto.subtle.digest('SHA-1', Uint8Array.from([...NAMESPACE, ...words]));
  const bytes = new Uint8Array(hashed).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
