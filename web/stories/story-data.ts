// Data for stories: a user, models, and messages as the server stores them.
import type { UIMessage } from '@tanstack/ai-client';
import type { HydratedMessage } from '../../worker/api/chat/chat-schema.ts';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import type { ModelList } from '../../worker/api/models/models-schema.ts';
import type { Session, SessionList } from '../../worker/api/sessions/sessions-schema.ts';
import type { Approval } from '../chat/approvals/approval.ts';

export const ME: Me = {
  user: { id: '0a000000-0000-4000-8000-000000000001', name: 'Ada Moreau', email: 'ada@cascade.test' },
  org: {
    id: '0c000000-0000-4000-8000-000000000001',
    slug: 'cascade',
    name: 'Cascade Robotics',
    plan: 'enterprise',
    role: 'admin',
    permissions: ['settings:update'],
    features: { aiAssistant: true },
  },
  orgs: [{ slug: 'cascade', name: 'Cascade Robotics', role: 'admin' }],
  isSignInRecent: true,
  environment: 'local',
  demo: false,
};

const PRICES = { input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000 };

export const MODELS: ModelList = {
  models: [
    {
      id: 'claude-sonnet-4-6',
      label: 'Sonnet 4.6',
      provider: 'anthropic',
      contextTokens: 200_000,
      maxOutputTokens: 64_000,
      prices: PRICES,
      isPriced: true,
      capabilities: ['tools'],
      lifecycle: { stage: 'served', on: null, successor: null },
      efforts: [
        { choice: 'fast', level: 'low' },
        { choice: 'balanced', level: 'medium' },
        { choice: 'thorough', level: 'high' },
      ],
      defaultEffort: 'high',
      lowestPlan: 'professional',
      allowed: true,
      reason: null,
    },
    {
      id: 'claude-opus-4-7',
      label: 'Opus 4.7',
      provider: 'anthropic',
      contextTokens: 200_000,
      maxOutputTokens: 64_000,
      prices: { ...PRICES, input: 15_000_000, output: 75_000_000 },
      isPriced: true,
      capabilities: ['tools'],
      lifecycle: { stage: 'served', on: null, successor: null },
      efforts: [
        { choice: 'fast', level: 'low' },
        { choice: 'balanced', level: 'medium' },
        { choice: 'thorough', level: 'high' },
      ],
      defaultEffort: 'high',
      lowestPlan: 'enterprise',
      allowed: false,
      reason: 'Needs the Enterprise plan.',
    },
  ],
  default: 'claude-sonnet-4-6',
  demo: false,
};

const DAY_MS = 86_400_000;

const session = (id: string, title: string, daysAgo: number, change: Partial<Session> = {}): Session => {
  const at = new Date(Date.now() - daysAgo * DAY_MS).toISOString();
  return {
    id,
    title,
    model: null,
    programId: null,
    designId: null,
    pinned: false,
    audience: 'private',
    forkedFrom: null,
    createdAt: at,
    updatedAt: at,
    activeRunId: null,
    ...change,
  };
};

export const SESSIONS: SessionList = {
  sessions: [
    session('s1', 'Where is the bearing 6204-2RS used?', 0),
    session('s2', 'Create a new part called Motor Assembly in PKH-MFG and relate it to the cart', 0),
    session('s3', 'Gearbox weights, compared', 0, { pinned: true }),
    session('s4', 'What would a change of PN-000059 affect?', 1),
    session('s5', 'قائمة الأجزاء المعتمدة', 3),
    session('s6', 'Change orders in review', 40),
    session('s7', 'Supersede the housing 🛠️', 400),
    // The story's title is its conversation's id.
    session('Forked', 'Which parts are in review?', 1, {
      forkedFrom: { sessionId: 's1', messageId: 'm1', copyId: 'a1', title: 'Where is the bearing 6204-2RS used?' },
    }),
  ],
  cursor: null,
};

type Metadata = Partial<HydratedMessage['metadata']['groundwire']>;

export const question = (id: string, text: string, metadata: Metadata = {}): UIMessage => ({
  id,
  role: 'user',
  parts: [{ type: 'text', content: text }],
  metadata: { groundwire: metadata },
});

/** An answer as the server stores it; `metadata` says how it ended. */
export const answer = (id: string, parts: string | UIMessage['parts'], metadata: Metadata = {}): UIMessage => ({
  id,
  role: 'assistant',
  parts: typeof parts === 'string' ? [{ type: 'text', content: parts }] : parts,
  metadata: {
    groundwire: {
      status: 'complete',
      model: 'claude-sonnet-4-6',
      provider: 'anthropic',
      usage: { inputTokens: 6_851, outputTokens: 212, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
      costMicros: 23_733,
      priceVersion: '1',
      runId: `run-${id}`,
      error: null,
      ending: null,
      confirmations: [],
      navigation: [],
      workspaces: [],
      ...metadata,
    },
  },
});

export const toolCall = (id: string, name: string, input: object, output?: object): UIMessage['parts'] => [
  {
    type: 'tool-call',
    id,
    name,
    arguments: JSON.stringify(input),
    state: output === undefined ? 'input-complete' : 'complete',
  },
  ...(output === undefined
    ? []
    : [{ type: 'tool-result', toolCallId: id, content: JSON.stringify(output), state: 'complete' } as const]),
];

export const approval = (id: string, change: Partial<Approval> = {}): Approval => ({
  approvalId: `0b000000-0000-4000-8000-00000000000${id}`,
  toolCallId: `call-${id}`,
  toolName: 'create_item',
  card: {
    action: 'create',
    title: 'Create Part “Motor Assembly”',
    message: 'A new part in the design Packhorse Manufacturing.',
    details: [
      { label: 'Item type', value: 'Part' },
      { label: 'Name', value: 'Motor Assembly' },
      { label: 'Design', value: 'PKH-MFG' },
      { label: 'Part type', value: 'Manufacture' },
    ],
  },
  askedBy: null,
  expiresAt: new Date(Date.now() + 280_000).toISOString(),
  state: 'pending',
  decidedAt: null,
  decidedBy: null,
  reopenedAt: null,
  outcome: null,
  ...change,
});

export const TRANSITION: Approval['card'] = {
  action: 'transition',
  title: 'Release PN-000059',
  message: 'The state of the part changes.',
  details: [
    { label: 'State', before: 'Approved', value: 'Released' },
    { label: 'ECO', value: 'ECO-000002' },
  ],
};

export const RENAME: Approval['card'] = {
  action: 'update',
  title: 'Rename PN-000059',
  message: '',
  details: [{ label: 'Name', before: 'Motor', value: 'Motor Assembly' }],
};

export const DELETION: Approval['card'] = {
  action: 'delete',
  title: 'Remove PN-000061 from the BOM of PN-000059',
  message: 'The relationship goes; both parts stay.',
  details: [{ label: 'Quantity', before: '2', value: '—' }],
};

export const RICH_ANSWER = `Three parts of the arm are **in review**. The torque sensor is the one to look at first:

| Number | Name | Revision | State | Weight |
| :--- | :--- | :--- | :--- | ---: |
| PN-000078 | Wrist force-torque sensor | A | In Review | 0.42 kg |
| PN-000081 | Elbow housing, stiffened | B | In Review | 1.86 kg |
| PN-000090 | Cable guide | A | In Review | 0.03 kg |

### What to do next

1. Ask Eli for the *test report*; DOC-000006 is released.
2. Compare with the earlier [revision A](/workspace/items/1).
   - The housing grew by 4 mm.
   - Nothing else moved.

> Only people who may approve in both programs can release it.

\`\`\`ts
// Weight of the wrist, in kilograms.
const wrist = parts.filter((part) => part.depth === 2).reduce((sum, part) => sum + part.weight, 0);
\`\`\`

Details are in \`arm-stiffness.csv\`, and at https://example.com/a/very/long/address/that/does/not/end/where/one/would/like/it/to/end.`;
