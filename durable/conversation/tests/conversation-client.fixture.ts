// How tests speak to a Conversation and its reader's side of the wire.
/// <reference types="@cloudflare/vitest-plugin/types" />
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { accountOf } from '../../contracts/account.ts';
import { conversationOf, type RunCall, type RunRequest } from '../../contracts/conversation.ts';
import type { SessionDraft } from '../../contracts/session.ts';
import type { Access } from '../../principal.ts';
import { schemaVersion } from '../../sqlite-migrate.ts';
import type { Conversation } from '../conversation.ts';
import { type AgUiEvent, KEEP_ALIVE, parseFrames } from '../log/events.ts';

/** From the seed of the demo orgs. */
export const ADA = 'demo:ada@cascade.test';
export const NORA = 'demo:nora@northlight.test';
export const ELI = 'demo:eli@cascade.test';
/** Has read access to the program of Ada and Eli. */
export const VIC = 'demo:vic@cascade.test';
/** In the org, but not in that program. */
export const BO = 'demo:both@cascade.test';

/** Rights as Postgres returns them, confirmed `ageMs` ago. */
export async function accessOf(subject: string, ageMs = 0): Promise<Access> {
  const principal = { subject, expiresAt: Math.floor(Date.now() / 1000) + 60 };
  // Members of several orgs choose the one they act in.
  const chosen = subject === BO ? { orgSlug: 'cascade' } : {};
  const admission = await accountOf(env, subject).admit({ principal, ...chosen, rights: 'confirmed' });
  if (!admission.ok) throw new Error(`not admitted: ${admission.code}`);
  return { ...admission.access, confirmedAt: Date.now() - ageMs };
}

/** Makes the Account's own snapshot `ageMs` old, so that a confirmation queries Postgres. */
export async function ageSnapshot(subject: string, ageMs: number): Promise<void> {
  await runInDurableObject(accountOf(env, subject), (_account, state) => {
    state.storage.sql.exec('update snapshot set confirmed_at = ?', Date.now() - ageMs);
  });
}

export type Talk = {
  readonly sessionId: string;
  readonly stub: DurableObjectStub<Conversation>;
};

export function newTalk(access: Access, sessionId: string = crypto.randomUUID()): Talk {
  return { sessionId, stub: conversationOf(env, access.orgId, sessionId) };
}

export const draftOf = (talk: Talk): SessionDraft => ({
  id: talk.sessionId,
  title: null,
  model: null,
  programId: null,
  designId: null,
});

export type Question = Partial<Pick<RunRequest, 'runId' | 'model' | 'digest'>> & { readonly text?: string };

export function callOf(
  talk: Talk,
  access: Access,
  question: Question = {},
  lastEventId: string | null = null,
): RunCall {
  const { text = 'Which parts changed?', runId = crypto.randomUUID(), model = null } = question;
  return {
    run: {
      sessionId: talk.sessionId,
      runId,
      message: { id: 'client-message', text },
      model,
      programId: null,
      designId: null,
      mode: 'chat',
      decisions: [],
      parentRunId: null,
      digest: question.digest ?? 'd'.repeat(64),
    },
    access,
    settings: [],
    requestId: crypto.randomUUID(),
    lastEventId,
  };
}

export const ask = (talk: Talk, call: RunCall): Promise<Response> =>
  talk.stub.fetch('https://conversation/run', { method: 'POST', body: JSON.stringify(call) });

export function rejoin(talk: Talk, access: Access, runId: string, after: string | null = null): Promise<Response> {
  const query = after === null ? '' : `?after=${encodeURIComponent(after)}`;
  return talk.stub.fetch(`https://conversation/runs/${encodeURIComponent(runId)}${query}`, {
    headers: { 'X-Groundwire-Access': JSON.stringify(access) },
  });
}

/** The client's end of a stream. It reads until the expected data arrives. */
export function readerOf(response: Response) {
  if (!response.body) throw new Error('no body');
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';

  async function more(): Promise<boolean> {
    const { value, done } = await reader.read();
    if (value) text += decoder.decode(value, { stream: true });
    return !done;
  }

  return {
    text: () => text,
    /** Reads one more chunk; false at the end. */
    more,
    /** Everything up to `words`, however it is split into chunks. */
    until: async (words: string): Promise<string> => {
      while (!text.includes(words)) if (!(await more())) throw new Error(`ended before ${words}: ${text}`);
      return text;
    },
    /** Everything to the end of the body. */
    rest: async (): Promise<string> => {
      while (await more());
      return text;
    },
    leave: () => reader.cancel(),
  };
}

export const eventsOf = (text: string): AgUiEvent[] => parseFrames(text.replaceAll(KEEP_ALIVE, ''));
export const idsOf = (text: string): string[] => [...text.matchAll(/^id: (.+)$/gm)].map((match) => match[1] ?? '');
export const saidIn = (text: string): string =>
  eventsOf(text)
    .map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : ''))
    .join('');
export const lastOf = (text: string): AgUiEvent | undefined => eventsOf(text).at(-1);

/** Rows of the object's own database. */
export const rowsOf = <T extends Record<string, SqlStorageValue>>(talk: Talk, query: string): Promise<T[]> =>
  runInDurableObject(talk.stub, (_object, { storage: { sql } }) =>
    schemaVersion(sql) < 0 ? [] : sql.exec<T>(query).toArray(),
  );

/** The run's frames as stored in the object's database. */
export async function storedText(talk: Talk, runId: string): Promise<string> {
  const rows = await rowsOf<{ frames: string }>(
    talk,
    `select frames from events where run_id = '${runId}' order by first_seq`,
  );
  return rows.map((row) => row.frames).join('');
}
