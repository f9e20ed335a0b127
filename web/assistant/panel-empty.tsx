// The panel before the first message: what can be asked, and suggestions.
import { useConversation } from '../chat/conversation.tsx';
import { shownContext } from './assistant.ts';
import { useAssistantState } from './assistant-provider.tsx';

export function PanelEmpty({ orgName }: { orgName: string }) {
  const { send } = useConversation();
  const about = useAssistantState(shownContext);
  const suggestions = useAssistantState((state) => state.suggestions);
  return (
    <div className="mt-auto flex flex-col gap-4 pb-2">
      <p className="text-muted">
        {about === null ? `Ask about anything you have access to in ${orgName}.` : `Ask about ${about.label}.`} You
        approve every change first.
      </p>
      {suggestions.length > 0 && (
        <ul className="flex flex-col gap-1.5">
          {suggestions.map((suggestion) => (
            <li key={suggestion} className="flex">
              <button
                type="button"
                onClick={() => send(suggestion, { about })}
                className="min-h-8 grow rounded-card border border-line-strong bg-raised px-3 py-1.5 text-start shadow-raised transition-colors hover:border-accent hover:bg-accent-soft touch:min-h-11"
              >
                {suggestion}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
