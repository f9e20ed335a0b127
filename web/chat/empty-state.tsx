// The chat page before the first message: what can be asked, and suggestions from the workspace or, without any, general
// ones.
import { useQuery } from '@tanstack/react-query';
import { ArrowUpRight } from 'lucide-react';
import { getWorkspacePage } from '../api.ts';
import { focusComposer } from './composer/composer.tsx';
import { useConversation } from './conversation.tsx';

const GENERAL = [
  'Draft a plan for my week with three priorities, as a table with day, task and outcome.',
  'Draft a short status update for my team: done, next and blocked.',
  'Compare a weekly meeting with a written report: the pros and cons of each, in a table.',
  'Explain what an audit log is in plain English, with one example.',
];

export function EmptyState({ orgName }: { orgName: string }) {
  const { send } = useConversation();
  // The workspace's home page, under the same query key as the workspace itself.
  const { data: home, isPending } = useQuery({
    queryKey: ['workspace', ''],
    queryFn: () => getWorkspacePage(''),
    staleTime: 60_000,
    retry: false,
  });
  const suggestions = home?.suggestions?.length ? home.suggestions : GENERAL;
  const begin = (prompt: string) => {
    // The clicked button disappears with the empty state, so move the focus to the composer.
    focusComposer(document.querySelector('main'));
    send(prompt);
  };
  return (
    <div className="flex grow flex-col justify-end gap-6 pb-4 desk:justify-center desk:pb-16">
      <div className="flex flex-col gap-2">
        <h2 className="text-display font-semibold tracking-tight">What do you want to know?</h2>
        <p className="max-w-xl text-answer text-muted">Answers use only the {orgName} data you have access to.</p>
      </div>
      <ul className="grid min-h-40 grid-cols-1 content-start gap-2 desk:grid-cols-2">
        {!isPending &&
          suggestions.map((prompt) => (
            <li key={prompt} className="flex">
              <button
                type="button"
                onClick={() => begin(prompt)}
                className="group flex min-h-11 grow items-center justify-between gap-3 rounded-card border border-line-strong bg-raised px-4 py-3 text-start shadow-raised transition-colors hover:border-accent hover:bg-accent-soft"
              >
                {prompt}
                <ArrowUpRight
                  size={16}
                  strokeWidth={1.75}
                  aria-hidden
                  className="shrink-0 text-muted group-hover:text-accent rtl:-scale-x-100"
                />
              </button>
            </li>
          ))}
      </ul>
    </div>
  );
}
