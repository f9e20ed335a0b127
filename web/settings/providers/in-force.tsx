// What holds in a scope, and where each value comes from.
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AiSettingsView } from '../../../worker/settings-contract.ts';
import { cx } from '../../design/cx.ts';
import { ORIGIN_WORDS, providerLabel } from './settings-words.ts';

type Origin = AiSettingsView['origins']['model'];

export function InForce({ view, children }: { view: AiSettingsView; children: ReactNode }) {
  const { origins, fallback, providers } = view;
  const chosen = providers.find(({ id }) => id === view.provider);
  const lacks = lackOf(view);
  return (
    <section aria-labelledby="in-force" className="flex flex-col gap-3">
      <h2 id="in-force" className="text-title font-semibold">
        What holds now
      </h2>
      <dl className="divide-y divide-line-strong/60 rounded-card border border-line-strong bg-raised shadow-raised">
        <Fact label="Answers" origin={origins.enabled}>
          {view.enabled ? 'On' : 'Off: nobody is answered'}
        </Fact>
        <Fact label="Provider" origin={origins.provider}>
          {providerLabel(providers, view.provider)}
        </Fact>
        <Fact label="Model" origin={origins.model} mono>
          {view.model ?? 'None'}
        </Fact>
        <Fact label="Base URL" origin={view.baseUrl === null ? 'provider' : origins.baseUrl} mono>
          {view.baseUrl ?? chosen?.baseUrl ?? 'None'}
        </Fact>
        <Fact label="API key" origin={origins.apiKey} mono={view.apiKey !== null}>
          {view.apiKey ?? (chosen?.needsKey === false ? 'None needed' : 'None')}
        </Fact>
        <Fact label="Fallback" origin={origins.fallback}>
          {fallback ? (
            <>
              {providerLabel(providers, fallback.provider)}
              {fallback.model !== null && <span className="font-mono text-small text-muted"> {fallback.model}</span>}
            </>
          ) : (
            'None'
          )}
        </Fact>
      </dl>
      {lacks !== null && (
        <p className="flex items-start gap-2 text-small text-on-notice">
          <TriangleAlert size={16} aria-hidden className="mt-0.5 shrink-0" />
          {lacks}
        </p>
      )}
      {children}
    </section>
  );
}

type FactProps = { label: string; origin: Origin; mono?: boolean; children: ReactNode };

const Fact = ({ label, origin, mono = false, children }: FactProps) => (
  <div className="grid grid-cols-[6rem_minmax(0,1fr)] items-baseline gap-x-4 px-4 py-2.5 desk:grid-cols-[6rem_minmax(0,1fr)_auto]">
    <dt className="text-muted">{label}</dt>
    <dd className={cx('min-w-0', mono && 'font-mono text-small [overflow-wrap:anywhere]')}>{children}</dd>
    {origin !== null && <dd className="col-start-2 text-small text-muted desk:col-start-3">{ORIGIN_WORDS[origin]}</dd>}
  </div>
);

/** Why nobody would be answered, though answers are on. Without an origin there is no connection. */
function lackOf({ enabled, provider, origins }: AiSettingsView): string | null {
  if (!enabled) return null;
  if (provider === null) return 'No provider is set, here or by the environment: nobody is answered until one is.';
  return origins.apiKey === null
    ? 'The provider lacks its key or address: nobody is answered until it has both.'
    : null;
}
