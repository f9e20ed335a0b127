// A conversation before its first message: one sentence of what can be asked, and four ways to begin.
import { BookOpen, ListChecks, type LucideIcon, MessageSquareText, Scale } from 'lucide-react';
import { focusComposer } from './composer.tsx';
import { useConversation } from './conversation.tsx';

type Suggestion = { readonly icon: LucideIcon; readonly title: string; readonly prompt: string };

const SUGGESTIONS: readonly Suggestion[] = [
  {
    icon: ListChecks,
    title: 'Plan a week',
    prompt: 'Draft a plan for my week with three priorities, as a table with day, task and outcome.',
  },
  {
    icon: MessageSquareText,
    title: 'Write an update',
    prompt: 'Draft a short status update for my team: what is done, what is next, what is blocked.',
  },
  {
    icon: Scale,
    title: 'Compare two ways',
    prompt: 'Compare a weekly meeting with a written report: the pros and cons of each, in a table.',
  },
  {
    icon: BookOpen,
    title: 'Explain a term',
    prompt: 'Explain what an audit log is, in plain words and with one example.',
  },
];

export function EmptyState({ orgName }: { orgName: string }) {
  const { send } = useConversation();
  const begin = (prompt: string) => {
    // The button goes with the empty state; the next thing one does is read, or type.
    focusComposer(document.querySelector('main'));
    send(prompt);
  };
  return (
    <div className="flex grow flex-col justify-end gap-6 pb-4 desk:justify-center desk:pb-16">
      <div className="flex flex-col gap-2">
        <h2 className="text-display font-semibold tracking-tight">What do you want to know?</h2>
        <p className="max-w-xl text-answer text-muted">
          Ask, draft or think something through. Answers draw only on what you may see in {orgName}.
        </p>
      </div>
      <ul className="grid grid-cols-1 gap-2 desk:grid-cols-2">
        {SUGGESTIONS.map(({ icon: Icon, title, prompt }) => (
          <li key={title} className="flex">
            <button
              type="button"
              onClick={() => begin(prompt)}
              className="flex grow items-start gap-3 rounded-card border border-line-strong bg-raised p-3 text-start shadow-raised transition-colors hover:border-accent hover:bg-accent-soft"
            >
              <Icon size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-accent" />
              <span className="flex flex-col">
                <span className="font-medium">{title}</span>
                <span className="line-clamp-2 text-small text-muted">{prompt}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
