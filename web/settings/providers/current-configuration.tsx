// The effective configuration of a scope, and where each value comes from.
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AiSettingsView } from '../../../worker/api/settings/settings-schema.ts';
import { cx } from '../../design/cx.ts';
import { effortText, limitsText, noticeText, ORIGIN_LABELS, providerLabel, wireLabel } from './settings-labels.ts';

type Origin = AiSettingsView['origins']['model'];

export function CurrentConfiguration({ view, children }: { view: AiSettingsView; children: ReactNode }) {
  const { origins, fallback, providers } = view;
  const chosen = providers.find(({ id }) => id === view.provider);
  const lacks = missingSetup(view);
  const warnings = [...(lacks === null ? [] : [lacks]), ...view.modelNotices.map((notice) => noticeText(notice))];
  return (
    <section aria-labelledby="in-force" className="flex flex-col gap-3">
      <h2 id="in-force" className="text-title font-semibold">
        Current configuration
      </h2>
      <dl className="divide-y divide-line-strong/60 rounded-card border border-line-strong bg-raised shadow-raised">
        <Fact label="Answers" origin={origins.enabled}>
          {view.enabled ? 'On' : 'Off: the assistant doesn’t reply'}
        </Fact>
        <Fact label="Provider" origin={origins.provider}>
          {providerLabel(providers, view.provider)}
        </Fact>
        <Fact label="Model" origin={origins.model} mono>
          {view.model ?? 'None'}
        </Fact>
        {view.limits && (
          <Fact label="Context" origin={null}>
            {limitsText(view.limits)}
          </Fact>
        )}
        <Fact label="Base URL" origin={view.baseUrl === null ? 'provider' : origins.baseUrl} mono>
          {view.baseUrl ?? chosen?.baseUrl ?? 'None'}
        </Fact>
        {chosen && chosen.wires.length > 1 && (
          <Fact label="API" origin={null}>
            {wireLabel(providers, view.wire) ?? 'None'}
          </Fact>
        )}
        <Fact label="API key" origin={origins.apiKey} mono={view.apiKey !== null}>
          {view.apiKey ?? (chosen?.needsKey === false ? 'None needed' : 'None')}
        </Fact>
        <Fact label="Effort" origin={null}>
          {effortText(view)}
        </Fact>
        <Fact label="Fallback" origin={origins.fallback}>
          {fallback ? (
            <>
              {providerLabel(providers, fallback.provider)}
              {fallback.model !== null && <span className="font-mono text-small text-muted"> {fallback.model}</span>}
              {fallback.limits && <span className="text-small text-muted">, {limitsText(fallback.limits)}</span>}
            </>
          ) : (
            'None'
          )}
        </Fact>
      </dl>
      {warnings.map((warning) => (
        <p key={warning} className="flex items-start gap-2 text-small text-on-notice">
          <TriangleAlert size={16} aria-hidden className="mt-0.5 shrink-0" />
          {warning}
        </p>
      ))}
      {children}
    </section>
  );
}

type FactProps = { label: string; origin: Origin; mono?: boolean; children: ReactNode };

const Fact = ({ label, origin, mono = false, children }: FactProps) => (
  <div className="grid grid-cols-[6rem_minmax(0,1fr)] items-baseline gap-x-4 px-4 py-2.5 desk:grid-cols-[6rem_minmax(0,1fr)_auto]">
    <dt className="text-muted">{label}</dt>
    <dd className={cx('min-w-0', mono && 'font-mono text-small [overflow-wrap:anywhere]')}>{children}</dd>
    {origin !== null && <dd className="col-start-2 text-small text-muted desk:col-start-3">{ORIGIN_LABELS[origin]}</dd>}
  </div>
);

/** Why the assistant can't answer although answers are on. A null `apiKey` origin means the connection is incomplete. */
function missingSetup({ enabled, provider, origins, modelNotices }: AiSettingsView): string | null {
  if (!enabled) return null;
  if (provider === null && modelNotices.some(({ stage }) => stage === 'retired')) return null;
  if (provider === null) return 'The assistant can’t answer until you choose a provider.';
  return origins.apiKey === null
    ? 'The assistant can’t answer until the provider has an API key and a base URL.'
    : null;
}
