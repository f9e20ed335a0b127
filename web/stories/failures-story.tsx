// Parts of a page that couldn't be loaded or displayed.
import type { UIMessage } from '@tanstack/ai-client';
import { PartError } from '../boundary/load-part.ts';
import { InlineBoundary, PageBoundary } from '../boundary/part-failure.tsx';
import { Button } from '../design/controls/button.tsx';
import { BareBar, PageSkeleton } from '../frame/bare-frame.tsx';
import { answer, question } from './story-data.ts';
import { PanelStory, StoryFrame } from './story-frame.tsx';

let isBroken = true;

function Breaking({ error }: { error: Error }) {
  if (isBroken) throw error;
  return <p className="p-6">Shown again</p>;
}

/** Fails when its tool call is drawn. */
const UNREADABLE: UIMessage = {
  ...answer('a1', ''),
  parts: [
    {
      type: 'tool-call',
      id: 't1',
      name: 'get_bom',
      state: 'complete',
      get arguments(): string {
        throw new Error('broken on purpose');
      },
    } as UIMessage['parts'][number],
  ],
};

export function FailuresStory() {
  return (
    <StoryFrame>
      <main className="h-dvh overflow-y-auto bg-canvas p-6">
        <h1 className="mb-4 text-title font-semibold">Failures</h1>
        <Button
          onClick={() => {
            isBroken = false;
          }}
        >
          Repair
        </Button>
        <div className="mt-4 grid grid-cols-[repeat(auto-fill,minmax(min(22rem,100%),1fr))] gap-4">
          <section data-part="page" className="flex h-96 rounded-card border border-line-strong bg-surface">
            <PageBoundary>
              <Breaking error={new Error('broken on purpose')} />
            </PageBoundary>
          </section>
          <section data-part="outdated" className="flex h-96 rounded-card border border-line-strong bg-surface">
            <PageBoundary>
              <Breaking error={new PartError('gone on purpose')} />
            </PageBoundary>
          </section>
          <section
            data-part="inline"
            className="flex h-96 flex-col rounded-card border border-line-strong bg-surface p-4"
          >
            <InlineBoundary title="Couldn’t open the comment field">
              <Breaking error={new Error('broken on purpose')} />
            </InlineBoundary>
          </section>
          <div data-part="message">
            <PanelStory
              title="A message that fails"
              state={{
                messages: [
                  question('u1', 'Which parts are in review?'),
                  UNREADABLE,
                  question('u2', 'This one is fine.'),
                ],
              }}
            />
          </div>
          <section className="flex h-96 flex-col rounded-card border border-line-strong bg-surface">
            <BareBar />
            <div className="p-6">
              <PageSkeleton />
            </div>
          </section>
        </div>
      </main>
    </StoryFrame>
  );
}
