// Which other ways the conversation took at a question, and how one of them is shown instead.
import { leafUnder, readBranches, versionsOf } from './branches.ts';
import type { ShownVersions } from './requests.ts';
import { nextOrdinal, type TranscriptPage } from './transcript.ts';

/** Of each question on a page that has any, by its message's id. */
export function shownVersions(sql: SqlStorage, { messages, ordinals }: TranscriptPage): Map<string, ShownVersions> {
  const branches = readBranches(sql);
  if (branches.length === 0) return new Map();
  const newest = nextOrdinal(sql) - 1;
  return new Map(
    messages.flatMap((message, index) => {
      const ordinal = ordinals[index];
      if (message.role !== 'user' || ordinal === undefined) return [];
      const { questions, answers } = versionsOf(branches, ordinal, newest);
      if (questions.length + answers.length < 3) return [];
      const idsOf = (turns: readonly number[]): string[] => turns.flatMap((turn) => questionIdOf(sql, turn) ?? []);
      return [[message.id, { questions: idsOf(questions), answers: idsOf(answers) }] as const];
    }),
  );
}

/** The last turn of the newest branch through this one. */
export const endOfBranch = (sql: SqlStorage, ordinal: number): number =>
  leafUnder(readBranches(sql), ordinal, nextOrdinal(sql) - 1);

const questionIdOf = (sql: SqlStorage, ordinal: number): string | null =>
  sql
    .exec<{ id: string }>(
      "select id from messages where ordinal = ? and role = 'user' order by position limit 1",
      ordinal,
    )
    .toArray()[0]?.id ?? null;
