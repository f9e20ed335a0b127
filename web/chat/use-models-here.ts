// The models of the open conversation: those of the settings that will hold for its next message.
import type { ModelList } from '../../worker/contract.ts';
import { useModels } from '../queries.ts';
import type { ChatContext } from './chat-context.ts';
import { useOpenSession } from './use-title.ts';

/** Undefined until they are known. `about` goes along with the next message; the conversation's own program comes first. */
export function useModelsHere(about: ChatContext | null): ModelList | undefined {
  const program = useOpenSession()?.programId ?? about?.programId ?? null;
  const { data, isError } = useModels(program);
  const { data: ofOrg } = useModels();
  // Of a program that one does not see any more.
  return isError ? ofOrg : data;
}
