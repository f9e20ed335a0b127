// Chooses the model of the open conversation. Models outside the plan are listed with the reason.
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import type { ModelList } from '../../../worker/api/models/models-schema.ts';
import { Menu } from '../../design/overlays/menu.tsx';
import { EFFORT_LABELS, isEffortChoice } from '../../effort-labels.ts';
import type { ChatContext } from '../runtime/chat-context.ts';
import { readEffort, storeEffort } from './effort-choice.ts';
import { useChooseModel, useConversationModels, useCurrentModel } from './use-conversation-models.ts';

const DEFAULT_EFFORT = 'default';

export function ModelPicker({ about }: { about: ChatContext | null }) {
  const list = useConversationModels(about);
  const { current, value } = useCurrentModel(about);
  const choose = useChooseModel();
  const [effort, setEffort] = useState(() => readEffort());
  if (list === undefined || list.models.length === 0) return null;

  // Models of providers that aren't set up would only make the list long.
  const providers = new Set(list.models.filter(({ allowed }) => allowed).map(({ provider }) => provider));
  const isOffered = ({ id, provider }: (typeof list.models)[number]) => providers.has(provider) || id === current?.id;
  const efforts = current?.efforts ?? [];
  const chosen = efforts.find(({ choice }) => choice === effort);
  const chooseEffort = (value: string) => {
    const choice = isEffortChoice(value) ? value : null;
    storeEffort(choice);
    setEffort(choice);
  };
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="inline-flex h-8 min-w-0 items-center gap-1 rounded-control px-2 text-small text-muted transition-colors hover:bg-hover hover:text-text data-[state=open]:bg-hover touch:h-11"
        >
          <span className="sr-only">Model: </span>
          <span className="truncate">
            {current?.label ?? value ?? 'No model'}
            {chosen && <span className="text-muted"> · {EFFORT_LABELS[chosen.choice]}</span>}
          </span>
          <ChevronDown size={14} aria-hidden className="shrink-0" />
        </button>
      }
      entries={[
        {
          kind: 'choices',
          label: 'Model for this conversation',
          value: current?.id ?? '',
          onChange: choose,
          choices: list.models.filter(isOffered).map((model) => ({
            value: model.id,
            label: model.label,
            note: model.reason ?? describe(model),
            disabled: !model.allowed,
          })),
        },
        ...(efforts.length === 0 || !current
          ? []
          : [
              { kind: 'separator' as const },
              {
                kind: 'choices' as const,
                label: 'Effort',
                value: chosen?.choice ?? DEFAULT_EFFORT,
                onChange: chooseEffort,
                choices: [
                  { value: DEFAULT_EFFORT, label: 'Default', note: current.defaultEffort },
                  ...efforts.map(({ choice, level }) => ({ value: choice, label: EFFORT_LABELS[choice], note: level })),
                ],
              },
            ]),
      ]}
    />
  );
}

/** Prices are micro-dollars per million tokens. */
function describe(model: ModelList['models'][number]): string {
  const dollars = (micros: number) =>
    (micros / 1_000_000).toLocaleString('en-US', {
      style: 'currency',
      currency: 'USD',
      maximumFractionDigits: 2,
      minimumFractionDigits: 0,
    });
  const context = `${Math.round(model.contextTokens / 1_000).toLocaleString('en-US')}k context`;
  return model.prices.input === 0 && model.prices.output === 0
    ? context
    : `${context} · ${dollars(model.prices.input)} in, ${dollars(model.prices.output)} out per 1M tokens`;
}
