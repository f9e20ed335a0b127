// From an answer that is a draft to its own page, where its form, its sources and what the check found stand.
import type { UIMessage } from '@tanstack/ai-client';
import { FilePenLine } from 'lucide-react';
import { Link } from 'wouter';
import { useConversation } from './conversation.tsx';
import { asRecord, asText } from './unknown-value.ts';

export function DraftLink({ question }: { question: UIMessage }) {
  const { id } = useConversation();
  const draft = asRecord(asRecord(asRecord(question.metadata)['groundwire'])['draft']);
  const template = asText(draft['templateId']);
  if (draft['type'] !== 'brief' || template === null) return null;
  return (
    <Link
      href={`/drafts/${template}?session=${id}`}
      className="inline-flex min-h-6 items-center gap-1.5 self-start rounded-control text-small text-accent hover:underline touch:min-h-11"
    >
      <FilePenLine size={14} aria-hidden />
      {`Open as draft: ${asText(draft['templateName']) ?? template}`}
    </Link>
  );
}
