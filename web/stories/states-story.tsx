// Every state of an answer side by side, so that it can be seen whether they are told apart.
import { PanelEmpty } from '../assistant/panel-empty.tsx';
import { type AnswerFacts, EMPTY_LOG } from '../chat/answer-facts.ts';
import type { ConversationState } from '../chat/conversation-store.ts';
import { Problem } from '../problem.ts';
import { answer, ME, question, RICH_ANSWER, toolCall } from './story-data.ts';
import { PanelPlace, StoryFrame } from './story-frame.tsx';

const ASKED = question('u1', 'Which parts of KES-ARM are in review?');
const PARTIAL =
  'Three parts of the arm are in review. The torque sensor is the one to look at first, since two other parts wait for its';

/** It belongs to the run that goes on. */
const GROWING = answer('a1', PARTIAL, { runId: 'run', status: 'streaming', usage: null, costMicros: null });

const live = (silentMs: number): Partial<ConversationState> => ({
  live: true,
  runId: 'run',
  lastTextAt: Date.now() - silentMs,
});

const FAILED: AnswerFacts = {
  runId: 'run-a1',
  status: 'failed',
  model: null,
  inputTokens: null,
  outputTokens: null,
  costMicros: null,
  error: {
    code: 'PROVIDER_AUTH',
    detail: 'The model provider refused its key. An admin can replace it in the settings.',
  },
  requestId: '3c41e1a2-7f1f-4f3b-9a39-6b8a2a0f4d11',
};

const refusal = (problem: ConstructorParameters<typeof Problem>[0]): Partial<ConversationState> => ({
  refused: {
    problem: new Problem(problem),
    text: 'Which parts are in review?',
    mode: 'chat',
    about: null,
    at: Date.now(),
  },
});

const running = toolCall('c2', 'get_bom', { itemNumber: 'PN-000059', depth: 2 });
const searched = toolCall('c1', 'search_items', { query: 'PN-000059' }, { items: [{ itemNumber: 'PN-000059' }] });

export function StatesStory() {
  return (
    <StoryFrame>
      <main className="h-dvh overflow-y-auto bg-canvas p-6">
        <h1 className="mb-4 text-title font-semibold">States</h1>
        <div className="grid grid-cols-[repeat(auto-fill,minmax(min(22rem,100%),1fr))] gap-4">
          <PanelPlace title="Empty" state={{ exists: false }} empty={<PanelEmpty orgName={ME.org.name} />} />
          <PanelPlace title="Loading" state={{ phase: 'loading' }} />
          <PanelPlace title="Waiting" state={{ messages: [ASKED], ...live(200) }} />
          <PanelPlace title="Thinking" state={{ messages: [ASKED], ...live(2_000) }} />
          <PanelPlace title="Waiting long" state={{ messages: [ASKED], ...live(12_000) }} />
          <PanelPlace title="No new text" state={{ messages: [ASKED, GROWING], ...live(18_000) }} />
          <PanelPlace title="Streaming" state={{ messages: [ASKED, GROWING], ...live(0) }} />
          <PanelPlace
            title="Reasoning"
            state={{
              messages: [
                ASKED,
                answer('a1', [
                  { type: 'thinking', content: 'The arm is KES-ARM. I look for its parts in review.' },
                  { type: 'text', content: 'One part is in review.' },
                ]),
              ],
            }}
          />
          <PanelPlace
            title="Tool running"
            state={{
              messages: [ASKED, answer('a1', [...searched, ...running], { runId: 'run', status: 'streaming' })],
              tools: { confirmations: {}, offers: {}, spans: { c2: { startedAt: Date.now() - 7_000, endedAt: null } } },
              ...live(0),
            }}
          />
          <PanelPlace title="Reconnecting" state={{ messages: [ASKED, GROWING], ...live(0), link: 'reconnecting' }} />
          <PanelPlace title="Connection lost" state={{ messages: [ASKED, answer('a1', PARTIAL)], link: 'lost' }} />
          <PanelPlace
            title="Interrupted"
            state={{ messages: [ASKED, answer('a1', PARTIAL, { status: 'interrupted' })] }}
          />
          <PanelPlace title="Stopped" state={{ messages: [ASKED, answer('a1', PARTIAL, { status: 'stopped' })] }} />
          <PanelPlace
            title="Failed"
            state={{ messages: [ASKED, answer('a1', PARTIAL)], log: { ...EMPTY_LOG, answers: { a1: FAILED } } }}
          />
          <PanelPlace
            title="Failed before a word"
            state={{ messages: [ASKED], log: { ...EMPTY_LOG, unanswered: { ...FAILED, runId: 'run' } } }}
          />
          <PanelPlace
            title="Rate-limited"
            state={refusal({
              status: 429,
              code: 'RATE_LIMITED',
              title: 'Too many requests',
              detail: 'Wait as long as Retry-After says, then send it again.',
              retryAfterSeconds: 42,
            })}
          />
          <PanelPlace
            title="Quota"
            state={{
              messages: [ASKED, answer('a1', 'One part is in review.')],
              ...refusal({
                status: 402,
                code: 'QUOTA_EXCEEDED',
                title: 'Allowance used up',
                detail:
                  'The token allowance of Cascade Robotics is used up. It renews on 1 December; an admin can have it raised before.',
                members: { used: 200_000, limit: 200_000, left: 0, renewsAt: '2026-12-01T00:00:00.000Z' },
              }),
            }}
          />
          <PanelPlace
            title="Disabled"
            state={{
              messages: [ASKED],
              ...refusal({
                status: 403,
                code: 'ASSISTANT_DISABLED',
                title: 'Assistant not enabled',
                detail: 'AI Assistant is not enabled for this tenant',
              }),
            }}
          />
          <PanelPlace
            title="Offline"
            state={refusal({
              status: 0,
              code: 'UNREACHABLE',
              title: 'No connection to the server',
              detail: 'Check your connection, then send it again.',
            })}
          />
          <PanelPlace
            title="Signed out"
            state={refusal({ status: 401, code: 'UNAUTHENTICATED', title: 'Sign-in needed', detail: 'Sign in.' })}
          />
          <PanelPlace title="Rich answer" state={{ messages: [ASKED, answer('a1', RICH_ANSWER)] }} height="h-[56rem]" />
          <PanelPlace
            title="Other scripts and long words"
            height="h-[56rem]"
            state={{
              messages: [
                question('u1', 'ما هي الأجزاء المعتمدة في التصميم KES-ARM؟'),
                answer('a1', 'يوجد جزءان معتمدان:\n\n- PN-000059 الذراع\n- PN-000060 القاعدة\n\n`PN-000059`'),
                question('u2', `Donaudampfschifffahrtselektrizitätenhauptbetriebswerk${'bau'.repeat(30)} 👩🏽‍🔧🛠️`),
                answer(
                  'a2',
                  `\`${'x'.repeat(180)}\`\n\n${'Wärmedämmverbundsystem'.repeat(8)}\n\n👍🏽 日本語の部品表です。`,
                ),
              ],
            }}
          />
        </div>
      </main>
    </StoryFrame>
  );
}
