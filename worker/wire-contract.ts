// What the other wires answer with, as zod shapes for the OpenAPI document. Their own documents say more.
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../durable/errors.ts';
import { Page } from './contract.ts';

const Code = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);

export const SimpleReply = z
  .looseObject({
    type: z.enum(['assistant_message', 'function_proposed', 'error']),
    sessionId: z.uuid(),
  })
  .meta({ id: 'SimpleReply', description: 'An answer, a write that waits for approval, or an answer that failed.' });

export const SimpleError = z
  .looseObject({ type: z.literal('error'), error: z.string(), code: Code, requestId: z.uuid() })
  .meta({ id: 'SimpleError' });

export const SimpleStream = z.string().meta({
  description:
    '`data: {"content":"…","done":false}` a piece, then `data: {"content":"","done":true}`. `type` tells content_delta, reasoning_delta, function_proposed, stopped, error and done apart.',
});

export const OpenAiError = z
  .object({
    error: z.looseObject({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: Code,
      request_id: z.uuid(),
    }),
  })
  .meta({ id: 'OpenAiError' });

const Used = z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() });

export const OpenAiCompletion = z
  .looseObject({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(z.looseObject({ index: z.int(), finish_reason: z.enum(['stop', 'length']) })),
    usage: Used,
    groundwire: z
      .looseObject({
        session_id: z.uuid(),
        run_id: z.string(),
        outcome: z.enum(['complete', 'stopped', 'waiting']),
      })
      .meta({ description: 'What Chat Completions has no place for.' }),
  })
  .meta({ id: 'OpenAiCompletion', description: 'With `stream: true` chunks of it, then `[DONE]`.' });

export const OpenAiModel = z
  .object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })
  .meta({ id: 'OpenAiModel' });

export const OpenAiModelList = z.object({ object: z.literal('list'), data: z.array(OpenAiModel) }).meta({
  id: 'OpenAiModelList',
});

export const UiMessageStream = z.string().meta({
  description: 'The AI SDK’s UI message stream, version 1: start, parts and steps, finish, then `[DONE]`.',
});

export const UiMessageList = z
  .object({
    messages: z.array(
      z.looseObject({
        id: z.string(),
        role: z.enum(['user', 'assistant']),
        parts: z.array(z.looseObject({ type: z.string() })),
      }),
    ),
    page: Page,
  })
  .meta({ id: 'UiMessageList', description: 'UI messages of the AI SDK.' });
