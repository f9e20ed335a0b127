// What a model thought before it answered, folded away.
import { ChevronRight } from 'lucide-react';

export function Reasoning({ text, streaming }: { text: string; streaming: boolean }) {
  return (
    <details className="group mb-2 text-small text-muted">
      <summary className="inline-flex min-h-6 list-none items-center gap-1 rounded-control select-none hover:text-text touch:min-h-11">
        <ChevronRight size={14} aria-hidden className="transition-transform group-open:rotate-90 rtl:-scale-x-100" />
        {streaming ? 'Reasoning…' : 'Reasoning'}
      </summary>
      <p className="mt-1 border-s-2 border-line-strong ps-3 whitespace-pre-wrap">{text}</p>
    </details>
  );
}
