// Asks the server to verify the log's hash chain and shows the result.
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { VerifyFact } from '../../../worker/api/audit/audit-schema.ts';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/controls/button.tsx';
import { readProblem, unreachable } from '../../problem.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { request } from '../../request.ts';
import { AUDIT_VERIFY } from '../records-api.ts';

type State = { readonly kind: 'idle' } | { readonly kind: 'failed'; readonly error: Error } | VerifyState;
type VerifyState = { readonly kind: 'reported'; readonly fact: VerifyFact | null };

const BROKEN = {
  changed: (row: string) => `Entry ${row} was changed after it was written.`,
  missing: (row: string) => `Entry ${row} is missing.`,
  extra: (row: string) => `Entry ${row} wasn’t written by this product.`,
  signature: (row: string) => `Entry ${row} has no valid signature.`,
  key: (row: string) => `Entry ${row} was signed with a key that this installation no longer lists.`,
  redaction: (row: string) => `Entry ${row} records a redaction that doesn’t match the log.`,
  parked: (row: string) => `Entry ${row} reports entries that couldn’t be stored.`,
} as const;

/** Findings that no one needs to have caused. */
const INCOMPLETE: readonly string[] = ['key', 'parked'];
const ADVICE: Partial<Record<keyof typeof BROKEN, string>> = {
  key: 'Ask your administrator to list the old key in AUDIT_KEYS again.',
  parked: 'Ask your administrator to retry them.',
};

export function useAuditCheck() {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function start(): Promise<void> {
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: 'reported', fact: null });
    try {
      for await (const fact of follow(controller.signal)) setState({ kind: 'reported', fact });
    } catch (error) {
      if (!controller.signal.aborted)
        setState({ kind: 'failed', error: error instanceof Error ? error : unreachable() });
    }
  }
  const isRunning = state.kind === 'reported' && (state.fact === null || state.fact.type === 'progress');
  return { state, isRunning, start: () => void start() };
}

async function* follow(signal: AbortSignal): AsyncGenerator<VerifyFact> {
  const response = await request(AUDIT_VERIFY, { method: 'POST', signal }).catch(() => {
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
  // The connection ended before a result arrived.
  if (last === null || last.type === 'progress') throw unreachable();
}

type AuditCheck = ReturnType<typeof useAuditCheck>;

export const CheckButton = ({ isRunning, start }: AuditCheck) => (
  <Button size="large" busy={isRunning} onClick={start}>
    {!isRunning && <ShieldCheck size={16} aria-hidden />}
    Verify log
  </Button>
);

export function CheckState({ state }: Pick<AuditCheck, 'state'>) {
  const fact = state.kind === 'reported' ? state.fact : null;
  return (
    <>
      <p role="status" className="text-small text-muted tabular-nums empty:hidden">
        {fact?.type === 'progress' && `${share(fact.checked, fact.rows)} verified so far…`}
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
      <Banner tone="neutral" icon={ShieldCheck} alert title="Log verified">
        {fact.checked === 0 ? 'There are no entries yet.' : `All ${rows} entries are intact. ${signedIn(fact)}`}
      </Banner>
    );
  if (fact.type === 'broken')
    return (
      <Banner
        tone="danger"
        icon={ShieldAlert}
        alert
        title={INCOMPLETE.includes(fact.reason) ? 'The log can’t be fully verified' : 'The log was tampered with'}
      >
        {BROKEN[fact.reason](fact.seq.toLocaleString())}{' '}
        {ADVICE[fact.reason] ??
          `The ${rows} entries before it are intact. Export the log and contact your database administrator.`}
      </Banner>
    );
  return (
    <Banner tone="notice" icon={ShieldQuestion} alert title="Verification didn’t finish">
      {rows} entries verified; the rest was not checked. {fact.detail}
    </Banner>
  );
}

function signedIn({ checked, signed }: Extract<VerifyFact, { type: 'whole' }>): string {
  if (signed === null)
    return 'They are unsigned: this installation has no signing key, so a change by the database’s owner can’t be ruled out.';
  if (signed >= checked) return 'All of them are signed.';
  return `${signed.toLocaleString()} are signed; newer ones follow within a minute.`;
}

const share = (checked: number, rows: number): string =>
  `${checked.toLocaleString()} of ${Math.max(checked, rows).toLocaleString()} entries`;
