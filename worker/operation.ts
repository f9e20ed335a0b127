// What is known of one operation of the API, as data: the OpenAPI document is made from it, and tests ask each operation
// what it declares. A route without such an entry fails them.
import type { z } from 'zod';
import type { ErrorCode } from '../durable/errors.ts';
import type { Permission } from '../durable/permissions.ts';

export type Operation = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Of the assistant's operations the part after their prefix. */
  readonly path: string;
  /** `wire`: the assistant in the words of other APIs, at addresses of their own. */
  readonly group: 'assistant' | 'wire' | 'account' | 'organisation' | 'document';
  /**
   * Whom it answers: everybody, whoever is signed in, the org's members, or those whose role has the permission; of several
   * permissions one is enough.
   */
  readonly needs: 'nothing' | 'sign-in' | 'membership' | Permission | readonly Permission[];
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly reply: {
    readonly status: number;
    readonly description: string;
    readonly schema?: z.ZodType;
    readonly type?: string;
  };
  /** The form of a refusal, where it is not a problem of RFC 9457. */
  readonly refusal?: z.ZodType;
  /** Beyond those that every operation of its kind has. */
  readonly errors?: readonly ErrorCode[];
};

/** Whether it stands behind the org's flag. */
export const isOfAssistant = ({ group }: Operation): boolean => group === 'assistant' || group === 'wire';

/** One of these must be had; none where a membership is enough, or less. */
export function permissionsOf({ needs }: Operation): readonly Permission[] {
  if (needs === 'nothing' || needs === 'sign-in' || needs === 'membership') return [];
  return typeof needs === 'string' ? [needs] : needs;
}

/** Whether it acts in one org, which must be the person's own. */
export const needsMembership = ({ needs }: Operation): boolean => needs !== 'nothing' && needs !== 'sign-in';
