// What claims reach of conversations that several people share, beside private ones of the same owner.
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
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

/** The client acts as the app role, in a transaction of its own that nothing survives. */
export async function findSharedReach(client: pg.Client, orgs: TwoOrgs): Promise<typeof SHARED_REACH> {
  const { orgB, victim, shared } = orgs.ids;
  const message = (audience: string) =>
    `insert into ai_messages (org_id, user_id, conversation_id, id, role, ordinal, audience)
     values ('${orgB}', '${victim}', '${shared}', '${randomUUID()}', 'user', 2, '${audience}')`;
  const questions: Readonly<Record<string, string>> = {
    conversations: 'select id from ai_conversations',
    messages: 'select id from ai_messages',
    found: `select id from search_conversations('gripper', 5)`,
    // Without a condition, so that no other policy stands in for this one.
    updated: 'update ai_conversations set updated_at = now()',
    deleted: 'delete from ai_conversations',
    insertConversation: `insert into ai_conversations (org_id, user_id, id, audience)
      values ('${orgB}', '${victim}', '${randomUUID()}', 'shared')`,
    insertMessage: message('shared'),
    // Private words in a shared conversation would be a way around its policy.
    misplacedMessage: message('private'),
  };
  const reach: Partial<Record<ClaimName, Reach>> = {};
  for (const claim of Object.keys(SHARED_REACH) as ClaimName[]) {
    await client.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims[claim]]);
    const answers: Record<string, number | 'refused'> = {};
    for (const [name, text] of Object.entries(questions)) {
      await client.query('savepoint question');
      answers[name] = await client.query(text).then(
        ({ rowCount }) => rowCount ?? 0,
        () => 'refused' as const,
      );
      await client.query('rollback to savepoint question');
    }
    reach[claim] = answers;
  }
  return reach;
}
