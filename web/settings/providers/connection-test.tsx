// Sends the provider a small test request and shows the result, including the provider's error message.
import { useMutation } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, PlugZap } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AiSettingsTestResult } from '../../../worker/api/settings/settings-schema.ts';
import { Button } from '../../design/controls/button.tsx';
import { ProblemBanner } from '../../problem-banner.tsx';
import { type ProviderInput, testAiSettings } from '../settings-api.ts';
import { issuesOf } from '../settings-conflict.ts';
import type { Slot } from './settings-draft.ts';

type ConnectionTestProps = {
  program: string | null;
  /** Unsaved values; the server uses the stored values for fields that are left out. */
  input: ProviderInput & { readonly slot: Slot };
  /** Receives validation errors by field, so the form can show them there. */
  onIssues?: (issues: ReadonlyMap<string, string>) => void;
  /** Sets the API that the server speaks. Left out where there is no form. */
  onUse?: (wire: string) => void;
  labelOf?: (wire: string) => string;
  /** Tests the saved fallback too. Each connection has a result of its own. */
  withFallback?: boolean;
};

export function ConnectionTest(props: ConnectionTestProps) {
  const { program, input, onIssues, onUse, labelOf, withFallback = false } = props;
  const asked = JSON.stringify(input);
  const test = useMutation({
    mutationFn: async (tried: string) => {
      const [result, ofFallback] = await Promise.all([
        testAiSettings(program, JSON.parse(tried)),
        withFallback ? testAiSettings(program, { slot: 'fallback' }) : null,
      ]);
      return { tried, result, ofFallback };
    },
    onMutate: () => onIssues?.(new Map()),
    onError: (error) => onIssues?.(issuesOf(error)),
  });
  const unsaved = Object.keys(input).length > 1;
  // A result is stale once the values have changed.
  const { result, ofFallback } = test.data?.tried === asked && !test.isPending ? test.data : NO_RESULT;
  const worksOver = result?.worksOver ?? null;
  const use = worksOver !== null && onUse && labelOf && (
    <Button size="small" onClick={() => onUse(worksOver)}>
      Use {labelOf(worksOver)}
    </Button>
  );
  const isShownAtFields = onIssues !== undefined && issuesOf(test.error).size > 0;
  return (
    <div className="flex flex-col items-start gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button busy={test.isPending} onClick={() => test.mutate(asked)}>
          {!test.isPending && <PlugZap size={16} aria-hidden />}
          {withFallback ? 'Test both connections' : 'Test connection'}
        </Button>
        <span className="text-small text-muted">
          {unsaved ? 'Tests these values without saving them.' : 'Tests the saved settings.'}
        </span>
      </div>
      <div role="status" className="flex w-full flex-col gap-2 empty:hidden">
        {result && (
          <Result name={ofFallback ? 'Provider: connection' : 'Connection'} result={result}>
            {use}
          </Result>
        )}
        {ofFallback && <Result name="Fallback: connection" result={ofFallback} />}
      </div>
      {test.error && !isShownAtFields && <ProblemBanner error={test.error} />}
    </div>
  );
}

const NO_RESULT = { result: null, ofFallback: null };

type ResultProps = { name: string; result: AiSettingsTestResult; children?: ReactNode };

function Result({ name, result, children }: ResultProps) {
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
        <p className="font-medium">{`${name} ${ok ? 'works' : 'failed'}`}</p>
        <p className="text-small [overflow-wrap:anywhere]">{message}</p>
        {code !== null && <p className="font-mono text-meta text-muted">{code}</p>}
        {children && <div className="pt-1">{children}</div>}
      </div>
    </div>
  );
}
