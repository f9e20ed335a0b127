// A draft's session: its versions, the one being generated, and how to start, stop and resume it. Leaving the page doesn't
// stop the run; returning resumes its stream.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { cancelRun, getMessages, getSession, openDraft, openRun } from '../api.ts';
import { Problem, unreachable } from '../problem.ts';
import { KEYS } from '../queries.ts';
import { readDraft } from './draft-stream.ts';
import { applyDraftEvent, createVersion, type DraftVersion, versionsOf } from './draft-version.ts';

/** Enough for every version of one draft. */
const MESSAGES = 200;

export type Drafting = {
  readonly phase: 'loading' | 'ready' | 'missing';
  readonly versions: readonly DraftVersion[];
  readonly link: 'steady' | 'reconnecting';
  /** Why the draft couldn't start or its stream was lost. */
  readonly problem: { readonly problem: Problem; readonly at: number } | null;
  readonly isBusy: boolean;
  readonly start: (fields: Readonly<Record<string, string>>) => void;
  readonly stop: () => void;
};

/** @param onStarted called with the session id once the server has accepted the first form */
export function useDrafting(
  templateId: string,
  savedSession: string | null,
  onStarted: (sessionId: string) => void,
): Drafting {
  const queries = useQueryClient();
  const session = useRef(savedSession ?? crypto.randomUUID());
  const [phase, setPhase] = useState<Drafting['phase']>(savedSession === null ? 'ready' : 'loading');
  const [versions, setVersions] = useState<readonly DraftVersion[]>([]);
  const [link, setLink] = useState<Drafting['link']>('steady');
  const [problem, setProblem] = useState<Drafting['problem']>(null);
  const reading = useRef<AbortController | null>(null);
  const [isBusy, setBusy] = useState(false);
  const started = useRef(onStarted);
  started.current = onStarted;

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
          version = applyDraftEvent(version, event);
          show();
          if (isTaken) continue;
          isTaken = true;
          started.current(session.current);
          void queries.invalidateQueries({ queryKey: KEYS.sessions });
        }
      } catch (error) {
        if (controller.signal.aborted) return;
        const known = error instanceof Problem ? error : unreachable();
        setProblem({ problem: known, at: Date.now() });
        version = { ...version, status: 'interrupted', cause: null };
        if (isTaken) show();
      } finally {
        if (!controller.signal.aborted) setBusy(false);
      }
    },
    [queries],
  );

  useEffect(() => {
    if (savedSession === null || session.current !== savedSession) return;
    let isGone = false;
    Promise.all([getMessages(savedSession, MESSAGES), getSession(savedSession)]).then(
      ([{ messages }, { activeRunId }]) => {
        if (isGone) return;
        const stored = versionsOf(messages);
        setVersions(stored);
        setPhase('ready');
        const running = stored.find(({ runId }) => runId === activeRunId);
        if (running)
          void read(running, (after, signal) =>
            openRun({ threadId: savedSession, runId: running.runId, after, signal }),
          );
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
    // Loads only the session from the URL. Versions started on this page are already in state.
  }, [savedSession, read]);

  useEffect(() => () => reading.current?.abort(), []);

  const start = (fields: Readonly<Record<string, string>>) => {
    setProblem(null);
    const runId = crypto.randomUUID();
    const body = { threadId: session.current, runId, fields };
    void read(createVersion({ runId, templateId, fields }), (after, signal) =>
      openDraft(templateId, { body, after, signal }),
    );
  };
  const stop = () => {
    const running = versions.find(({ status }) => status === 'streaming');
    if (running) void cancelRun(running.runId, session.current).catch(() => undefined);
  };
  return { phase, versions, link, problem, isBusy, start, stop };
}
