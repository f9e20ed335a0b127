// Offers the successor of the conversation's model once its provider has retired it.
import { CalendarX } from 'lucide-react';
import type { ModelList } from '../../../worker/api/models/models-schema.ts';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/controls/button.tsx';
import type { ChatContext } from '../runtime/chat-context.ts';
import { useChooseModel, useConversationModels, useCurrentModel } from './use-conversation-models.ts';

type Models = ModelList['models'];

/** The model to offer instead: the successor, or else the default. Null if neither may answer. */
export function successorOf({ lifecycle }: Models[number], list: Pick<ModelList, 'models' | 'default'>) {
  const find = (id: string | null) => list.models.find((model) => model.id === id && model.allowed);
  return find(lifecycle.successor) ?? find(list.default) ?? null;
}

export function RetiredModel({ about }: { about: ChatContext | null }) {
  const list = useConversationModels(about);
  const { current } = useCurrentModel(about);
  const choose = useChooseModel();
  if (!list || !current || current.allowed || current.lifecycle.stage !== 'retired') return null;
  const successor = successorOf(current, list);
  return (
    <Banner
      tone="notice"
      icon={CalendarX}
      title={`${current.label} is retired`}
      actions={
        successor && (
          <Button size="small" onClick={() => choose(successor.id)}>
            Switch to {successor.label}
          </Button>
        )
      }
    >
      Its provider no longer serves it.{' '}
      {successor ? 'The conversation stays as it is.' : 'Ask an admin to set up another model.'}
    </Banner>
  );
}
