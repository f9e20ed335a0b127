// The form of every error.
import * as z from 'zod';
import { ERRORS, type ErrorCode } from '../../durable/errors.ts';

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    requestId: z.uuid(),
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    /** For QUOTA_EXCEEDED, in tokens. */
    used: z.int().optional(),
    limit: z.int().optional(),
    left: z.int().optional(),
    renewsAt: z.iso.datetime().optional(),
    conflict: z
      .object({
        version: z.int(),
        values: z.array(z.object({ field: z.string(), stored: z.unknown(), sent: z.unknown() })),
      })
      .optional()
      .meta({
        description:
          'If someone else saved the settings in the meantime: both values, and the version to save on top of.',
      }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, with a stable code.' });
export type Problem = z.infer<typeof Problem>;
