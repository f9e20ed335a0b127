// Chooses the model of the open conversation. One that the plan does not include is listed with the reason, not hidden.
import { useQueryClient } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';
import type { ModelList } from '../../worker/contract.ts';
import { patchSession } from '../api.ts';
import { Menu } from '../design/menu.tsx';
import { KEYS, useSession } from '../queries.ts';
import type { ChatContext } from './chat-context.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { useModelsHere } from './use-models-here.ts';

export function ModelPicker({ about }: { about: ChatContext | null }) {
  const { id, store } = useConversation();
  const list = useModelsHere(about);
  const { current, value } = useCurrentModel(about);
  const queries = useQueryClient();
  if (list === undefined || list.models.length === 0) return null;

  const choose = (model: string) => {
    store.set({ model });
    // The choice also travels with the next message, so a failed write here loses nothing.
    if (store.get().exists)
      patchSession(id, { model }).then(
        () => queries.invalidateQueries({ queryKey: KEYS.session(id) }),
        () => undefined,
      );
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
          <span className="truncate">{current?.label ?? value ?? 'No model'}</span>
          <ChevronDown size={14} aria-hidden className="shrink-0" />
        </button>
      }
      entries={[
        {
          kind: 'choices',
          label: 'Model for this conversation',
          value: current?.id ?? '',
          onChange: choose,
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

/** The model that answers next; `value` is its id, also of one that is in no list. */
export function useCurrentModel(about: ChatContext | null): {
  current: ModelList['models'][number] | undefined;
  value: string | null;
} {
  const { id } = useConversation();
  const chosen = useConversationState((state) => state.model);
  const list = useModelsHere(about);
  const { data: session } = useSession(id, { poll: false });
  const value = chosen ?? session?.model ?? list?.default ?? null;
  return { current: list?.models.find((model) => model.id === value), value };
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
