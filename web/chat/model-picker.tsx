// Chooses the model of a conversation. One that the plan does not include is listed with the reason, not hidden.
import { ChevronDown } from 'lucide-react';
import type { ModelList } from '../../worker/contract.ts';
import { Menu } from '../design/menu.tsx';

type ModelPickerProps = { list: ModelList; value: string | null; onChange: (id: string) => void };

export function ModelPicker({ list, value, onChange }: ModelPickerProps) {
  const current = list.models.find((model) => model.id === (value ?? list.default));
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="inline-flex h-8 min-w-0 items-center gap-1 rounded-control px-2 text-ui text-muted transition-colors hover:bg-hover hover:text-text data-[state=open]:bg-hover touch:h-11"
        >
          <span className="sr-only">Model: </span>
          <span className="truncate">{current?.label ?? value ?? 'No model'}</span>
          <ChevronDown size={14} aria-hidden className="shrink-0" />
        </button>
      }
      entries={[
        {
          kind: 'choices',
          label: 'Model for this conversation',
          value: current?.id ?? '',
          onChange,
          choices: list.models.map((model) => ({
            value: model.id,
            label: model.label,
            note: model.reason ?? describe(model),
            disabled: !model.allowed,
          })),
        },
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
