// Asks the provider one small question and says what came back, in the provider's own words where it refused.
import { useMutation } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, PlugZap } from 'lucide-react';
import type { AiSettingsTestResult } from '../../../worker/settings-contract.ts';
import { Button } from '../../design/button.tsx';
import { ProblemBanner } from '../problem-banner.tsx';
import { type ProviderInput, testAiSettings } from '../settings-api.ts';
import { issuesOf } from '../settings-conflict.ts';
import type { Slot } from './settings-draft.ts';

type ConnectionTestProps = {
  program: string | null;
  /** What was not saved yet; what is left out is taken from what is stored. */
  input: ProviderInput & { readonly slot: Slot };
  /** Takes what is wrong with single fields, to show it there. */
  onIssues?: (issues: ReadonlyMap<string, string>) => void;
};

export function ConnectionTest({ program, input, onIssues }: ConnectionTestProps) {
  const asked = JSON.stringify(input);
  const test = useMutation({
    mutationFn: async (tried: string) => ({ tried, result: await testAiSettings(program, JSON.parse(tried)) }),
    onMutate: () => onIssues?.(new Map()),
    onError: (error) => onIssues?.(issuesOf(error)),
  });
  const unsaved = Object.keys(input).length > 1;
  // What came back says nothing of values that were changed since.
  const result = test.data?.tried === asked && !test.isPending ? test.data.result : null;
  const isShownAtFields = onIssues !== undefined && issuesOf(test.error).size > 0;
  return (
    <div className="flex flex-col items-start gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button busy={test.isPending} onClick={() => test.mutate(asked)}>
          {!test.isPending && <PlugZap size={16} aria-hidden />}
          Test connection
        </Button>
        <span className="text-small text-muted">
          {unsaved ? 'Tries these values before they are saved.' : 'Tries what is saved.'}
        </span>
      </div>
      <div role="status" className="w-full empty:hidden">
        {result && <Result result={result} />}
      </div>
      {test.error && !isShownAtFields && <ProblemBanner error={test.error} />}
    </div>
  );
}

function Result({ result }: { result: AiSettingsTestResult }) {
  const { ok, message, code } = result;
  const Icon = ok ? CircleCheck : CircleAlert;
  return (
    <div
      className={`flex animate-enter gap-3 rounded-card border p-3 ${ok ? 'border-on-good/30 bg-good/60' : 'border-on-danger/30 bg-danger/60'}`}
    >
      <Icon
        size={16}
        strokeWidth={2}
        aria-hidden
        className={`mt-0.5 shrink-0 ${ok ? 'text-on-good' : 'text-on-danger'}`}
      />
      <div className="flex min-w-0 flex-col gap-1">
        <p className="font-medium">{ok ? 'The provider answered' : 'The provider did not answer'}</p>
        <p className="text-small [overflow-wrap:anywhere]">{message}</p>
        {code !== null && <p className="font-mono text-meta text-muted">{code}</p>}
      </div>
    </div>
  );
}
