// The other wires' part of what the API answers to.
import { z } from 'zod';
import { RunId } from '../durable/conversation/requests.ts';
import { MessageListQuery } from './contract.ts';
import { ChatName, UiMessagesRequest } from './dialects/ai-sdk-request.ts';
import { OpenAiChatRequest } from './dialects/openai-request.ts';
import { SimpleChatRequest, SimpleExecuteRequest, SimpleStreamRequest } from './dialects/simple-request.ts';
import type { Operation } from './operation.ts';
import {
  OpenAiCompletion,
  OpenAiError,
  OpenAiModel,
  OpenAiModelList,
  SimpleError,
  SimpleReply,
  SimpleStream,
  UiMessageList,
  UiMessageStream,
} from './wire-contract.ts';

const RUN_ERRORS = [
  'FEATURE_DISABLED',
  'PROVIDER_UNCONFIGURED',
  'MODEL_NOT_IN_PLAN',
  'MODEL_UNKNOWN',
  'QUOTA_EXCEEDED',
  'BUDGET_UNAVAILABLE',
  'RUN_ID_REUSED',
  'QUEUE_FULL',
  'BACKLOG_FULL',
  'ACCESS_REVOKED',
] as const;
const BRANCH_ERRORS = ['MESSAGE_OF_ANOTHER', 'ANSWER_UNDER_WAY'] as const;

const SessionName = z
  .string()
  .optional()
  .meta({ description: 'The conversation, where the client knows it: the `X-Session-Id` of a reply.' });
const LastEventId = z
  .string()
  .optional()
  .meta({ description: 'The last event that the client has; what follows it is sent.' });
const ChosenRunId = RunId.optional().meta({
  description: 'A name for this request: sent again under it, it is answered again and nothing runs twice.',
});

const RUN_HEADERS = z.object({ 'X-Session-Id': SessionName, 'X-Run-Id': ChosenRunId, 'Last-Event-ID': LastEventId });
const SSE = 'text/event-stream';

const simple = {
  method: 'post',
  group: 'wire',
  needs: 'membership',
  headers: RUN_HEADERS,
  refusal: SimpleError,
} as const;
const openAi = { group: 'wire', needs: 'membership', refusal: OpenAiError } as const;
const ModelParams = z.object({ model: z.string() });

export const WIRE_OPERATIONS: readonly Operation[] = [
  {
    ...simple,
    path: '/api/chat/v1/completions/stream',
    summary: 'Ask, and stream the answer in the alga form',
    description:
      'Without a named conversation it goes on in the one whose transcript the messages repeat, or begins a new one with them.',
    body: SimpleChatRequest,
    reply: { status: 200, description: 'The answer.', schema: SimpleStream, type: SSE },
    errors: RUN_ERRORS,
  },
  {
    ...simple,
    path: '/api/chat/v1/completions',
    summary: 'Ask, and be answered in one JSON',
    body: SimpleChatRequest,
    reply: { status: 200, description: 'The answer, or the write that waits.', schema: SimpleReply },
    errors: [...RUN_ERRORS, 'RUN_INTERRUPTED', 'STREAM_LOST'],
  },
  {
    ...simple,
    path: '/api/chat/v1/execute',
    summary: 'Approve or decline a proposed write',
    description:
      'By the id of the proposal. Arguments that a client sends have no effect: what was shown is what runs.',
    headers: z.object({ 'X-Session-Id': SessionName }),
    body: SimpleExecuteRequest,
    reply: { status: 200, description: 'What came of it.', schema: SimpleReply },
    errors: ['APPROVAL_DECIDED', 'APPROVAL_EXPIRED', ...RUN_ERRORS],
  },
  {
    ...simple,
    path: '/api/chat/stream/title',
    summary: 'Name a conversation',
    description: 'By its title, or after its first question where it has none. No model is asked.',
    headers: z.object({ 'X-Session-Id': SessionName }),
    body: SimpleStreamRequest,
    reply: { status: 200, description: 'The title, as a stream of one piece.', schema: SimpleStream, type: SSE },
  },
  {
    ...simple,
    path: '/api/chat/stream/{name}',
    summary: 'Ask, at the older address',
    params: z.object({ name: z.string() }),
    body: SimpleStreamRequest,
    reply: { status: 200, description: 'The answer.', schema: SimpleStream, type: SSE },
    errors: RUN_ERRORS,
  },
  {
    method: 'post',
    path: '/ui-messages',
    group: 'assistant',
    needs: 'membership',
    summary: 'Ask or decide, in the AI SDK’s form',
    description:
      'For DefaultChatTransport. Only the last message is taken: the user’s words, or the assistant’s message with the user’s decisions. Regenerating and editing begin a branch; what stood there stays on its own.',
    headers: z.object({ 'Last-Event-ID': LastEventId }),
    body: UiMessagesRequest,
    reply: { status: 200, description: 'The message, as it is written.', schema: UiMessageStream, type: SSE },
    errors: [...RUN_ERRORS, ...BRANCH_ERRORS, 'UNSUPPORTED', 'APPROVAL_DECIDED', 'APPROVAL_EXPIRED'],
  },
  {
    method: 'get',
    path: '/ui-messages/{chatId}',
    group: 'assistant',
    needs: 'membership',
    summary: 'Read a chat as UI messages',
    description: 'What is being written is left out: take it up as a stream.',
    params: z.object({ chatId: ChatName }),
    query: MessageListQuery,
    reply: { status: 200, description: 'The newest page, oldest message first.', schema: UiMessageList },
  },
  {
    method: 'get',
    path: '/ui-messages/{chatId}/stream',
    group: 'assistant',
    needs: 'membership',
    summary: 'Take up a message that is being written',
    description: 'From its start. 204 where nothing is being written.',
    params: z.object({ chatId: ChatName }),
    reply: { status: 200, description: 'The message, as it is written.', schema: UiMessageStream, type: SSE },
  },
  {
    ...openAi,
    method: 'post',
    path: '/v1/chat/completions',
    summary: 'Chat Completions',
    description:
      'The product’s tools run on the server; a write that waits is told with the address of its card. System messages count as the user’s wishes. Parameters that would change the answer and are not done here are refused, those that tune a model have no effect.',
    headers: RUN_HEADERS,
    body: OpenAiChatRequest,
    reply: { status: 200, description: 'The completion, or its chunks.', schema: OpenAiCompletion },
    errors: [...RUN_ERRORS, 'UNSUPPORTED', 'RUN_INTERRUPTED', 'STREAM_LOST'],
  },
  {
    ...openAi,
    method: 'get',
    path: '/v1/models',
    summary: 'List the models that the plan includes',
    reply: { status: 200, description: 'The models.', schema: OpenAiModelList },
  },
  {
    ...openAi,
    method: 'get',
    path: '/v1/models/{model}',
    summary: 'Read a model',
    params: ModelParams,
    reply: { status: 200, description: 'The model.', schema: OpenAiModel },
  },
];
