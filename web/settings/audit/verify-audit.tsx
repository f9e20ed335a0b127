// Has the server follow the log's chain of hashes, and says what it found in words.
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { VerifyFact } from '../../../worker/audit-contract.ts';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/button.tsx';
import { readProblem, unreachable } from '../../problem.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { AUDIT_VERIFY } from '../records-api.ts';

type State = { readonly kind: 'idle' } | { readonly kind: 'failed'; readonly error: Error } | VerifyState;
type VerifyState = { readonly kind: 'told'; readonly fact: VerifyFact | null };

const BROKEN = {
  changed: (row: string) => `Row ${row} is not as it was written.`,
  missing: (row: string) => `Row ${row} is missing.`,
  redaction: (row: string) => `What row ${row} tells of a redaction is not what was taken out.`,
} as const;

export function useAuditCheck() {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function start(): Promise<void> {
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: 'told', fact: null });
    try {
      for await (const fact of follow(controller.signal)) setState({ kind: 'told', fact });
    } catch (error) {
      if (!controller.signal.aborted)
        setState({ kind: 'failed', error: error instanceof Error ? error : unreachable() });
    }
  }
  const isRunning = state.kind === 'told' && (state.fact === null || state.fact.type === 'progress');
  return { state, isRunning, start: () => void start() };
}

async function* follow(signal: AbortSignal): AsyncGenerator<VerifyFact> {
  const response = await fetch(AUDIT_VERIFY, { method: 'POST', signal }).catch(() => {
    throw unreachable();
  });
  if (!response.ok || response.body === null) throw await readProblem(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let last: VerifyFact | null = null;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (text + value).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      last = JSON.parse(line) as VerifyFact;
      yield last;
    }
  }
  // Cut off before anything was found.
  if (last === null || last.type === 'progress') throw unreachable();
}

type AuditCheck = ReturnType<typeof useAuditCheck>;

export const CheckButton = ({ isRunning, start }: AuditCheck) => (
  <Button size="large" busy={isRunning} onClick={start}>
    {!isRunning && <ShieldCheck size={16} aria-hidden />}
    Check the log
  </Button>
);

export function CheckState({ state }: Pick<AuditCheck, 'state'>) {
  const fact = state.kind === 'told' ? state.fact : null;
  return (
    <>
      <p role="status" className="text-small text-muted tabular-nums empty:hidden">
        {fact?.type === 'progress' && `${share(fact.checked, fact.rows)} checked, all of it whole so far…`}
      </p>
      {state.kind === 'failed' && <ProblemBanner error={state.error} />}
      {fact !== null && fact.type !== 'progress' && <Finding fact={fact} />}
    </>
  );
}

function Finding({ fact }: { fact: Exclude<VerifyFact, { type: 'progress' }> }) {
  const rows = fact.checked.toLocaleString();
  if (fact.type === 'whole')
    return (
      <Banner tone="neutral" icon={ShieldCheck} alert title="The log is whole">
        {fact.checked === 0
          ? 'There are no rows yet.'
          : `All ${rows} rows follow from each other: none was changed, taken out or put in since it was written.`}
      </Banner>
    );
  if (fact.type === 'broken')
    return (
      <Banner tone="danger" icon={ShieldAlert} alert title="The log was tampered with">
        {BROKEN[fact.reason](fact.seq.toLocaleString())} The {rows} rows before it are whole. Keep an export, and tell
        whoever runs your database.
      </Banner>
    );
  return (
    <Banner tone="notice" icon={ShieldQuestion} alert title="The check did not end">
      {rows} rows are whole; the rest was not looked at. {fact.detail}
    </Banner>
  );
}

const share = (checked: number, rows: number): string =>
  `${checked.toLocaleString()} of ${Math.max(checked, rows).toLocaleString()} rows`;
