// The line in the transcript above the first message that the model still reads, with the summary of those before.
import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { getMessages } from '../../api.ts';
import { Markdown } from '../../markdown/markdown.tsx';
import { useConversation } from '../conversation.tsx';
import type { Earlier } from './earlier.ts';

export function EarlierMark({ hasSummary, isPartial, text, messageId }: Earlier) {
  return (
    <div className="mt-6 flex flex-col gap-2 text-small text-muted" data-earlier>
      <div className="flex items-center gap-3 text-center before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
        <span className="max-w-[80%]">
          {hasSummary
            ? 'Earlier messages are summarized for the model.'
            : 'Earlier messages no longer fit and are left out for the model.'}
        </span>
      </div>
      {hasSummary && <SummaryFold key={messageId} loaded={text} isPartial={isPartial} />}
    </div>
  );
}

function SummaryFold({ loaded, isPartial }: { loaded: string | null; isPartial: boolean }) {
  const { id } = useConversation();
  const [open, setOpen] = useState(false);
  const { data, isPending } = useQuery({
    queryKey: ['summary', id],
    queryFn: async () =>
      (await getMessages(id, 200)).messages.findLast(({ earlier }) => earlier)?.earlier?.summary?.text ?? '',
    enabled: open && loaded === null,
    gcTime: 0,
  });
  const text = loaded ?? data;
  return (
    <details className="group" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="mx-auto flex min-h-6 w-fit list-none items-center gap-1 rounded-control select-none hover:text-text touch:min-h-11">
        <ChevronRight size={14} aria-hidden className="transition-transform group-open:rotate-90 rtl:-scale-x-100" />
        Summary
      </summary>
      <div className="mt-1 border-s-2 border-line-strong ps-3 break-words">
        {isPartial && <p className="mb-2">Some of the earlier messages are not in it.</p>}
        {text ? (
          <Markdown text={text} streaming={false} />
        ) : (
          <p>{isPending ? 'Loading…' : 'Couldn’t load the summary. Reload the page to see it.'}</p>
        )}
      </div>
    </details>
  );
}
