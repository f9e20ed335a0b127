// A conversation with five thousand messages.
import type { UIMessage } from '@tanstack/ai-client';
import { answer, question, RICH_ANSWER } from './story-data.ts';
import { PanelStory, StoryFrame } from './story-frame.tsx';

const MESSAGES: readonly UIMessage[] = Array.from({ length: 2_500 }, (_, at) => [
  question(`u${at}`, `Question ${at + 1}: which parts are in review?`),
  answer(
    `a${at}`,
    at % 10 === 9 ? RICH_ANSWER : `Answer ${at + 1}. ${'Words that fill a line or two. '.repeat(at % 7)}`,
  ),
]).flat();

export function LongStory() {
  return (
    <StoryFrame>
      <main className="h-dvh bg-canvas p-6">
        <h1 className="sr-only">Long</h1>
        <div className="mx-auto max-w-md">
          <PanelStory title="Five thousand messages" state={{ messages: MESSAGES }} height="h-[calc(100dvh-3rem)]" />
        </div>
      </main>
    </StoryFrame>
  );
}
