// Sessions (conversations), their forks and their branches.

import * as z from 'zod';
import { Audience, ForkedFrom } from '../../../durable/contracts/session.ts';
import { cleanedText } from '../../../durable/input-text.ts';
import {
  Cursor,
  MessageId,
  ModelId,
  NextCursor,
  ScopeName,
  SearchWords,
  SessionId,
  Timestamp,
} from '../fields-schema.ts';

const Title = cleanedText().trim().min(1).max(255);

export const Session = z
  .object({
    id: z.uuid(),
    title: z.string().nullable(),
    model: z.string().nullable(),
    programId: z.string().nullable().meta({ description: 'The id of the first program named in the session.' }),
    designId: z.string().nullable(),
    pinned: z.boolean(),
    audience: Audience.meta({
      description: '`shared`: everyone who can see the program or design it belongs to can take part.',
    }),
    forkedFrom: ForkedFrom.nullable().meta({
      description:
        'Where it was copied from: the original session, the last message copied from it, that message’s id here, and the original’s title at the time.',
    }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    activeRunId: z.string().nullable().meta({ description: 'The run in progress. Always null in lists.' }),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

const ListedSession = Session.extend({
  snippet: z.string().nullable().optional().meta({ description: 'Text around the words that matched the search.' }),
}).meta({ id: 'ListedSession' });

export const SessionList = z
  .object({ sessions: z.array(ListedSession), cursor: NextCursor })
  .meta({ id: 'SessionList' });
export type SessionList = z.infer<typeof SessionList>;

export const SessionListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: Cursor.optional(),
  q: SearchWords.optional().meta({ description: 'Words to find in titles and messages.' }),
});

export const SessionParams = z.object({ sessionId: SessionId });

export const NewSession = z
  .strictObject({
    id: SessionId.optional(),
    title: Title.nullish(),
    model: ModelId.nullish(),
    programId: ScopeName.nullish(),
    designId: ScopeName.nullish(),
  })
  .meta({ id: 'NewSession' });

export const SessionChange = z
  .strictObject({ title: Title.optional(), model: ModelId.optional(), pinned: z.boolean().optional() })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'names nothing to change')
  .meta({ id: 'SessionChange' });

export const NewFork = z
  .strictObject({
    messageId: MessageId.meta({
      description: 'The last message to copy. If it is still being written, the part written so far is copied.',
    }),
    id: SessionId.optional().meta({
      description: 'The new session’s id. Sending the same id again doesn’t create a second fork.',
    }),
  })
  .meta({ id: 'NewFork' });

export const ForkList = z.object({ forks: z.array(Session) }).meta({ id: 'ForkList' });
export type ForkList = z.infer<typeof ForkList>;

export const BranchChoice = z
  .strictObject({ messageId: MessageId.meta({ description: 'Any message on the branch to show.' }) })
  .meta({ id: 'BranchChoice' });
