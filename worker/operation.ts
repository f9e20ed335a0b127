// One operation of the API as the OpenAPI document describes it.
import type { z } from 'zod';
import type { ErrorCode } from '../durable/errors.ts';

export type Operation = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Of the assistant's operations the part after their prefix. */
  readonly path: string;
  readonly group: 'assistant' | 'account' | 'document';
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
  /** Beyond those that every operation of its kind has. */
  readonly errors?: readonly ErrorCode[];
};
