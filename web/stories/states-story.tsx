// Every state of an answer side by side.
import { PanelEmpty } from '../assistant/panel-empty.tsx';
import { type AnswerMetadata, EMPTY_LOG, type StoredEnding } from '../chat/answer/answer-metadata.ts';
import type { ConversationState } from '../chat/runtime/conversation-store.ts';
import { Problem } from '../problem.ts';
import { answer, ME, question, RICH_ANSWER, toolCall } from './story-data.ts';
import { PanelStory, StoryFrame } from './story-frame.tsx';

const ASKED = question('u1', 'Which parts of KES-ARM are in review?');
const PARTIAL =
  'Three parts of the arm are in review. The torque sensor is the one to look at first, since two other parts wait for its';

const earlier = { isPartial: true, costMicros: 12_000 };
const SUMMARIZED = question('u2', 'And of KES-CTL?', {
  earlier: {
    ...earlier,
    summary: { ...{ model: 'm', createdAt: '2026-12-01T08:00:00Z' }, text: '- Asked about KES-ARM' },
  },
});
const LEFT_OUT = question('u2', 'And of KES-CTL?', { earlier: { ...earlier, summary: null } });

/** Part of the active run. */
const GROWING = answer('a1', PARTIAL, { runId: 'run', status: 'streaming', usage: null, costMicros: null });

const live = (silentMs: number): Partial<ConversationState> => ({
  live: true,
  runId: 'run',
  lastTextAt: Date.now() - silentMs,
});

const FAILED: AnswerMetadata = {
  runId: 'run-a1',
  status: 'failed',
  cause: 'PROVIDER_AUTH',
  model: null,
  inputTokens: null,
  outputTokens: null,
  costMicros: null,
  error: {
    code: 'PROVIDER_AUTH',
    detail: 'The AI provider rejected the API key. An admin can replace it in Settings.',
  },
  requestId: '3c41e1a2-7f1f-4f3b-9a39-6b8a2a0f4d11',
};

/** An answer as it is stored with its ending. */
const ended = (kind: StoredEnding['kind'], cause: string, detail: string | null) =>
  answer('a1', PARTIAL, {
    status: detail === null ? 'complete' : 'failed',
    ending: { kind, cause, requestId: null },
    error: detail === null ? null : { code: cause, detail },
  });

const refusal = (problem: ConstructorParameters<typeof Problem>[0]): Partial<ConversationState> => ({
  rejected: {
    problem: new Problem(problem),
    text: 'Which parts are in review?',
    mode: 'chat',
    about: null,
    at: Date.now(),
  },
});

const running = toolCall('c2', 'get_bom', { itemNumber: 'PN-000059', depth: 2 });
const manyRows = toolCall(
  'c3',
  'get_bom',
  { itemNumber: 'PN-000059' },
  { lines: Array.from({ length: 60 }, (_, at) => ({ findNumber: at, itemNumber: `PN-${at}` })) },
);
const searched = toolCall('c1', 'search_items', { query: 'PN-000059' }, { items: [{ itemNumber: 'PN-000059' }] });

export function StatesStory() {
  return (
    <StoryFrame>
      <main className="h-dvh overflow-y-auto bg-canvas p-6">
        <h1 className="mb-4 text-title font-semibold">States</h1>
        <div className="grid grid-cols-[repeat(auto-fill,minmax(min(22rem,100%),1fr))] gap-4">
          <PanelStory title="Empty" state={{ exists: false }} empty={<PanelEmpty orgName={ME.org.name} />} />
          <PanelStory title="Loading" state={{ phase: 'loading' }} />
          <PanelStory title="Waiting" state={{ messages: [ASKED], ...live(200) }} />
          <PanelStory title="Thinking" state={{ messages: [ASKED], ...live(2_000) }} />
          <PanelStory title="Summarizing" state={{ messages: [ASKED], ...live(2_000), summarizing: true }} />
          <PanelStory title="Summarized" state={{ messages: [ASKED, answer('a1', PARTIAL), SUMMARIZED] }} />
          <PanelStory title="Left out" state={{ messages: [ASKED, answer('a1', PARTIAL), LEFT_OUT] }} />
          <PanelStory title="Waiting long" state={{ messages: [ASKED], ...live(12_000) }} />
          <PanelStory title="No new text" state={{ messages: [ASKED, GROWING], ...live(18_000) }} />
          <PanelStory title="Streaming" state={{ messages: [ASKED, GROWING], ...live(0) }} />
          <PanelStory
            title="Reasoning"
            state={{
              messages: [
                ASKED,
                answer('a1', [
                  { type: 'thinking', content: 'The arm is KES-ARM. I’ll look for its parts in review.' },
                  { type: 'text', content: 'One part is in review.' },
                ]),
              ],
            }}
          />
          <PanelStory
            title="Tool running"
            state={{
              messages: [ASKED, answer('a1', [...searched, ...running], { runId: 'run', status: 'streaming' })],
              tools: { approvals: {}, links: {}, spans: { c2: { startedAt: Date.now() - 7_000, endedAt: null } } },
              ...live(0),
            }}
          />
          <PanelStory
            title="Long tool result"
            state={{
              messages: [
                ASKED,
                answer('a1', [{ type: 'text', content: RICH_ANSWER }, ...searched]),
                answer('a2', [{ type: 'text', content: 'These are its lines.' }, ...manyRows], { runId: 'run-a1' }),
              ],
            }}
          />
          <PanelStory
            title="Forked"
            state={{
              messages: [ASKED, answer('a1', 'One part is in review.'), question('u2', 'Which one?')],
            }}
          />
          <PanelStory
            title="Reconnecting"
            state={{ messages: [ASKED, GROWING], ...live(0), connection: 'reconnecting' }}
          />
          <PanelStory
            title="Connection lost"
            state={{ messages: [ASKED, answer('a1', PARTIAL)], connection: 'lost' }}
          />
          <PanelStory
            title="Interrupted"
            state={{ messages: [ASKED, answer('a1', PARTIAL, { status: 'interrupted' })] }}
          />
          <PanelStory title="Stopped" state={{ messages: [ASKED, answer('a1', PARTIAL, { status: 'stopped' })] }} />
          <PanelStory title="Cut off" state={{ messages: [ASKED, ended('cut', 'output_limit', null)] }} />
          <PanelStory
            title="Declined"
            state={{
              messages: [
                ASKED,
                ended(
                  'refused',
                  'MODEL_DECLINED',
                  'The model declined to answer this. Rephrase it, or choose another model.',
                ),
              ],
            }}
          />
          <PanelStory
            title="Limit reached"
            state={{
              messages: [
                ASKED,
                ended(
                  'limited',
                  'TURN_LIMIT',
                  'The assistant reached the step limit for one question. Its results so far are saved. Ask it to continue.',
                ),
              ],
            }}
          />
          <PanelStory
            title="Failed"
            state={{ messages: [ASKED, answer('a1', PARTIAL)], log: { ...EMPTY_LOG, byMessage: { a1: FAILED } } }}
          />
          <PanelStory
            title="Failed before any text"
            state={{ messages: [ASKED], log: { ...EMPTY_LOG, failedRun: { ...FAILED, runId: 'run' } } }}
          />
          <PanelStory
            title="Rate-limited"
            state={refusal({
              status: 429,
              code: 'RATE_LIMITED',
              title: 'Too many requests',
              detail: 'Wait, then try again.',
              retryAfterSeconds: 42,
            })}
          />
          <PanelStory
            title="Quota"
            state={{
              messages: [ASKED, answer('a1', 'One part is in review.')],
              ...refusal({
                status: 402,
                code: 'QUOTA_EXCEEDED',
                title: 'Token limit reached',
                detail:
                  'Cascade Robotics has used 200,000 of its 200,000 tokens this month. The allowance renews on December 1, 2026 (UTC). An admin of Cascade Robotics can raise it sooner.',
                members: { used: 200_000, limit: 200_000, left: 0, renewsAt: '2026-12-01T00:00:00.000Z' },
              }),
            }}
          />
          <PanelStory
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
          <PanelStory
            title="Offline"
            state={refusal({
              status: 0,
              code: 'UNREACHABLE',
              title: 'Can’t reach the server',
              detail: 'Check your connection, then try again.',
            })}
          />
          <PanelStory
            title="Signed out"
            state={refusal({ status: 401, code: 'UNAUTHENTICATED', title: 'Sign-in required', detail: 'Sign in.' })}
          />
          <PanelStory title="Rich answer" state={{ messages: [ASKED, answer('a1', RICH_ANSWER)] }} height="h-[56rem]" />
          <PanelStory
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
