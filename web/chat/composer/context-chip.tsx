// The context sent with the message. It can be removed.
import { Box, X } from 'lucide-react';
import { Link } from 'wouter';
import { IconButton } from '../../design/controls/icon-button.tsx';
import { internalPath } from '../../markdown/safe-link.ts';
import type { ChatContext } from '../runtime/chat-context.ts';

export function ContextChip({ context, onRemove }: { context: ChatContext; onRemove: () => void }) {
  const path = context.path === null ? null : internalPath(context.path);
  const label = (
    <span dir="auto" className="truncate">
      {context.label}
    </span>
  );
  return (
    <div className="px-3 pt-3">
      <span className="inline-flex max-w-full items-center gap-1.5 rounded-control bg-accent-soft ps-2 text-small text-accent">
        <Box size={14} aria-hidden className="shrink-0" />
        <span className="sr-only">About </span>
        {path === null ? (
          label
        ) : (
          <Link href={path} className="min-w-0 truncate underline-offset-2 hover:underline">
            {label}
          </Link>
        )}
        <IconButton icon={X} size="small" label={`Remove ${context.label}`} onClick={onRemove} />
      </span>
    </div>
  );
}
