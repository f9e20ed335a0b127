// Calls a pack's SQL functions that read. Each takes its input as one JSON value and returns the common envelope. Access
// rules are in these functions, under row-level security.
import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { readReply } from '../tools/sql-reply.ts';
import type { TenantReader } from '../tools/tenant-access.ts';
import type { ToolRefusal, ToolReturn } from '../tools/tool.ts';

/** @param schema the pack's schema in Postgres */
export function createSqlReader<Name extends string>(schema: string) {
  async function read(tenant: TenantReader, name: Name, input: unknown): Promise<ToolReturn> {
    const call = sql`select ${sql.raw(schema)}.${sql.identifier(name)}(${JSON.stringify(input)}::jsonb) as answer`;
    return readReply(await tenant.query(call));
  }

  /** Validates the data against `shape`. @throws AppError INTERNAL if it doesn't match */
  async function readAs<S extends z.ZodObject>(
    shape: S,
    tenant: TenantReader,
    name: Name,
    input: Readonly<Record<string, unknown>>,
  ): Promise<z.output<S> | ToolRefusal> {
    const reply = await read(tenant, name, input);
    if (reply.refused) return reply;
    const parsed = shape.safeParse(reply.data);
    if (!parsed.success) throw new AppError('INTERNAL', { cause: parsed.error });
    return parsed.data;
  }

  return { read, readAs };
}
