// What claims reach of shared conversations, next to private ones of the same owner.
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { attemptAll } from './attempt.fixture.ts';
import type { ClaimName, TwoOrgs } from './two-orgs.fixture.ts';

type Reach = Readonly<Record<string, number | 'refused'>>;

/** The victim owns one private conversation and one shared one, each with one message. */
export const SHARED_REACH: Readonly<Partial<Record<ClaimName, Reach>>> = {
  victim: {
    ...{ conversations: 1, messages: 1, found: 1, updated: 1, deleted: 1 },
    ...{ insertConversation: 'refused', insertMessage: 'refused', misplacedMessage: 'refused' },
  },
  systemForVictim: {
    ...{ conversations: 2, messages: 0, found: 0, updated: 2, deleted: 2 },
    ...{ insertConversation: 1, insertMessage: 1, misplacedMessage: 'refused' },
  },
  colleague: {
    ...{ conversations: 0, messages: 0, found: 0, updated: 0, deleted: 0 },
    ...{ insertConversation: 'refused', insertMessage: 'refused', misplacedMessage: 'refused' },
  },
};

/** The client acts as the app role, in a transaction that is rolled back. */
export async function findSharedReach(client: pg.Client, orgs: TwoOrgs): Promise<typeof SHARED_REACH> {
  const { orgB, victim, shared } = orgs.ids;
  const message = (audience: string) =>
    `insert into ai_messages (org_id, user_id, conversation_id, id, role, ordinal, audience)
     values ('${orgB}', '${victim}', '${shared}', '${randomUUID()}', 'user', 2, '${audience}')`;
  const questions: Readonly<Record<string, string>> = {
    conversations: 'select id from ai_conversations',
    messages: 'select id from ai_messages',
    found: `select id from search_conversations('gripper', 5)`,
    // Without a condition, so that no other policy can replace this one.
    updated: 'update ai_conversations set updated_at = now()',
    deleted: 'delete from ai_conversations',
    insertConversation: `insert into ai_conversations (org_id, user_id, id, audience)
      values ('${orgB}', '${victim}', '${randomUUID()}', 'shared')`,
    insertMessage: message('shared'),
    // Private text in a shared conversation would bypass its policy.
    misplacedMessage: message('private'),
  };
  const reach: Partial<Record<ClaimName, Reach>> = {};
  for (const claim of Object.keys(SHARED_REACH) as ClaimName[]) {
    await client.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims[claim]]);
    const outcomes = await attemptAll(
      client,
      Object.values(questions).map((text) => ({ text })),
    );
    const answers = Object.fromEntries(
      Object.keys(questions).map((name, index) => {
        const outcome = outcomes[index];
        return [name, outcome && 'rows' in outcome ? outcome.rows : ('refused' as const)];
      }),
    );
    reach[claim] = answers;
  }
  return reach;
}
