// A draft's session as the page works with it: its versions, the one that is being written, and how to begin, stop and take
// up again. Leaving the page stops nothing: the run goes on, and is found again.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { cancelRun, getMessages, getSession, openDraft, openRun } from '../api.ts';
import { Problem, unreachable } from '../problem.ts';
import { KEYS } from '../queries.ts';
import { readDraft } from './draft-stream.ts';
import { beginVersion, type DraftVersion, observeDraft, versionsOf } from './draft-version.ts';

/** Enough for every version that a person makes of one draft. */
const MESSAGES = 200;

export type Drafting = {
  readonly phase: 'loading' | 'ready' | 'missing';
  readonly versions: readonly DraftVersion[];
  readonly link: 'steady' | 'reconnecting';
  /** Why a draft was not begun, or its stream is lost. */
  readonly problem: { readonly problem: Problem; readonly at: number } | null;
  readonly isBusy: boolean;
  readonly start: (fields: Readonly<Record<string, string>>) => void;
  readonly stop: () => void;
};

/** @param onBegun tells the session's id once the server has taken the first form */
export function useDrafting(templateId: string, kept: string | null, onBegun: (sessionId: string) => void): Drafting {
  const queries = useQueryClient();
  const session = useRef(kept ?? crypto.randomUUID());
  const [phase, setPhase] = useState<Drafting['phase']>(kept === null ? 'ready' : 'loading');
  const [versions, setVersions] = useState<readonly DraftVersion[]>([]);
  const [link, setLink] = useState<Drafting['link']>('steady');
  const [problem, setProblem] = useState<Drafting['problem']>(null);
  const reading = useRef<AbortController | null>(null);
  const [isBusy, setBusy] = useState(false);
  const begun = useRef(onBegun);
  begun.current = onBegun;

  const read = useCallback(
    async (first: DraftVersion, open: Parameters<typeof readDraft>[0]['open']) => {
      reading.current?.abort();
      const controller = new AbortController();
      reading.current = controller;
      setBusy(true);
      let version = first;
      let isTaken = false;
      const show = (): void => setVersions((all) => [...all.filter(({ runId }) => runId !== version.runId), version]);
      try {
        for await (const event of readDraft({ open, signal: controller.signal, onLink: setLink })) {
          version = observeDraft(version, event);
          show();
          if (isTaken) continue;
          isTaken = true;
          begun.current(session.current);
          void queries.invalidateQueries({ queryKey: KEYS.sessions });
        }
      } catch (error) {
        if (controller.signal.aborted) return;
        const known = error instanceof Problem ? error : unreachable();
        setProblem({ problem: known, at: Date.now() });
        version = { ...version, status: 'interrupted' };
        if (isTaken) show();
      } finally {
        if (!controller.signal.aborted) setBusy(false);
      }
    },
    [queries],
  );

  useEffect(() => {
    if (kept === null || session.current !== kept) return;
    let isGone = false;
    Promise.all([getMessages(kept, MESSAGES), getSession(kept)]).then(
      ([{ messages }, { activeRunId }]) => {
        if (isGone) return;
        const stored = versionsOf(messages);
        setVersions(stored);
        setPhase('ready');
        const running = stored.find(({ runId }) => runId === activeRunId);
        if (running)
          void read(running, (after, signal) => openRun({ threadId: kept, runId: running.runId, after, signal }));
      },
      (error: unknown) => {
        if (isGone) return;
        setPhase('missing');
        setProblem({ problem: error instanceof Problem ? error : unreachable(), at: Date.now() });
      },
    );
    return () => {
      isGone = true;
    };
    // Only what the page was opened with is loaded; what it began itself it has.
  }, [kept, read]);

  useEffect(() => () => reading.current?.abort(), []);

  const start = (fields: Readonly<Record<string, string>>) => {
    setProblem(null);
    const runId = crypto.randomUUID();
    const body = { threadId: session.current, runId, fields };
    void read(beginVersion({ runId, templateId, fields }), (after, signal) =>
      openDraft(templateId, { body, after, signal }),
    );
  };
  const stop = () => {
    const running = versions.find(({ status }) => status === 'streaming');
    if (running) void cancelRun(running.runId, session.current).catch(() => undefined);
  };
  return { phase, versions, link, problem, isBusy, start, stop };
}
