// The operations on forks, branches and feedback, as data for the OpenAPI document.
import { z } from 'zod';
import {
  BranchChoice,
  FeedbackGiven,
  FeedbackList,
  FeedbackQuery,
  ForkList,
  MessageId,
  NewFork,
} from './branching-contract.ts';
import { Feedback, Session, SessionId } from './contract.ts';
import type { Operation } from './operation.ts';

const SessionParams = z.object({ sessionId: SessionId });
const MessageParams = SessionParams.extend({ messageId: MessageId });

export const BRANCHING_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/sessions/{sessionId}/fork',
    group: 'assistant',
    needs: 'membership',
    summary: 'Fork a session at a message',
    description:
      'Makes a private session of the person’s own that begins with copies of what is said up to there. Nothing is charged for them. Cards that wait for a decision are decided in the original only.',
    params: SessionParams,
    body: NewFork,
    reply: { status: 201, description: 'The new session; the same for a request that is repeated.', schema: Session },
    errors: ['SESSION_ID_TAKEN', 'PAYLOAD_TOO_LARGE'],
  },
  {
    method: 'get',
    path: '/sessions/{sessionId}/forks',
    group: 'assistant',
    needs: 'membership',
    summary: 'List the person’s forks of a session',
    params: SessionParams,
    reply: { status: 200, description: 'Newest first.', schema: ForkList },
  },
  {
    method: 'put',
    path: '/sessions/{sessionId}/branch',
    group: 'assistant',
    needs: 'membership',
    summary: 'Show another branch of a session',
    description:
      'Branches begin where a question was edited or answered again, by `edits` or `regenerates` on `/chat`. The choice holds for every device, and for what the model reads.',
    params: SessionParams,
    body: BranchChoice,
    reply: { status: 200, description: 'The session, which shows that branch.', schema: Session },
    errors: ['FORBIDDEN', 'ANSWER_UNDER_WAY', 'BACKLOG_FULL'],
  },
  {
    method: 'put',
    path: '/sessions/{sessionId}/messages/{messageId}/feedback',
    group: 'assistant',
    needs: 'membership',
    summary: 'Say what you think of an answer',
    description: 'One verdict a person and message; a later one replaces it. Those who may read usage can read it.',
    params: MessageParams,
    body: FeedbackGiven,
    reply: { status: 200, description: 'What is kept.', schema: Feedback },
    errors: ['ANSWER_UNDER_WAY', 'BACKLOG_FULL'],
  },
  {
    method: 'delete',
    path: '/sessions/{sessionId}/messages/{messageId}/feedback',
    group: 'assistant',
    needs: 'membership',
    summary: 'Take back what you said of an answer',
    params: MessageParams,
    reply: { status: 204, description: 'Nothing is kept.' },
    errors: ['BACKLOG_FULL'],
  },
  {
    method: 'get',
    path: '/feedback',
    group: 'assistant',
    needs: 'usage:read',
    summary: 'Read what people think of answers',
    description: 'Newest first, without the answers. It stands here some seconds after it was given.',
    query: FeedbackQuery,
    reply: { status: 200, description: 'A page.', schema: FeedbackList },
    errors: ['DATABASE_UNAVAILABLE'],
  },
];
