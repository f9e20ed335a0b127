// Copies of sessions, and the branches within one.
import { accountOf } from '../../../durable/contracts/account.ts';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { refusedBy } from '../../http/problem.ts';
import { assistantPaths, defineRoute } from '../../routing/define-route.ts';
import { readSession, toSession } from './session-view.ts';
import { BranchChoice, ForkList, NewFork, Session, SessionParams } from './sessions-schema.ts';

const FOR_MEMBERS = { tag: 'assistant', permission: 'member', feature: 'assistant', rights: 'confirmed' } as const;

export const forkRoutes = [
  defineRoute({
    method: 'post',
    paths: assistantPaths('/sessions/{sessionId}/fork'),
    ...FOR_MEMBERS,
    cost: 20,
    summary: 'Fork a session at a message',
    description:
      'Creates a private session that starts with copies of the messages up to that one. Copying is free. Pending approvals can only be decided in the original.',
    params: SessionParams,
    body: NewFork,
    reply: {
      status: 201,
      description: 'The new session. Repeating the request returns the same one.',
      schema: Session,
    },
    errors: ['SESSION_ID_TAKEN', 'PAYLOAD_TOO_LARGE'],
    find: (c, { params: { sessionId } }) => readSession(c, sessionId),
    handler: async (c, { params: { sessionId }, body: { messageId, id = crypto.randomUUID() } }) => {
      const access = c.get('access');
      // The copy goes from one object to the other; none of it comes from the client.
      const source = await conversationOf(c.env, access.orgId, sessionId).copyForFork({ access, messageId });
      if (!source.ok) throw refusedBy(source);
      const fork = conversationOf(c.env, access.orgId, id);
      const answer = await fork.fork({ access, id, copy: source.copy, requestId: c.get('requestId') });
      if (!answer.ok) throw refusedBy(answer);
      return toSession(answer.session, answer.activeRunId);
    },
  }),
  defineRoute({
    method: 'get',
    paths: assistantPaths('/sessions/{sessionId}/forks'),
    ...FOR_MEMBERS,
    summary: 'List your forks of a session',
    params: SessionParams,
    reply: { status: 200, description: 'Newest first.', schema: ForkList },
    find: (c, { params: { sessionId } }) => readSession(c, sessionId),
    handler: async (c, { params: { sessionId } }) => {
      const { orgId, subject } = c.get('access');
      const forks = await accountOf(c.env, subject).listForks({ orgId, sessionId });
      return { forks: forks.map((fork) => toSession(fork, null)) };
    },
  }),
  defineRoute({
    method: 'put',
    paths: assistantPaths('/sessions/{sessionId}/branch'),
    ...FOR_MEMBERS,
    summary: 'Show another branch of a session',
    description:
      'A branch starts where a question was edited or an answer regenerated, with `edits` or `regenerates` on `/chat`. The choice applies on every device and decides what the model reads.',
    params: SessionParams,
    body: BranchChoice,
    reply: { status: 200, description: 'The session, showing that branch.', schema: Session },
    errors: ['FORBIDDEN', 'ANSWER_UNDER_WAY', 'BACKLOG_FULL'],
    find: (c, { params: { sessionId } }) => readSession(c, sessionId),
    handler: async (c, { params: { sessionId }, body: { messageId } }) => {
      const access = c.get('access');
      const call = { access, messageId, requestId: c.get('requestId') };
      const answer = await conversationOf(c.env, access.orgId, sessionId).showBranch(call);
      if (!answer.ok) throw refusedBy(answer);
      return toSession(answer.session, answer.activeRunId);
    },
  }),
];
