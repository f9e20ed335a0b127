import { describe, expect, test } from 'vitest';
import { bodyError, describeOpenFailure, streamError } from './provider-error.ts';

const SENT = { apiKey: 'key-0123456789', model: 'served-9' };

function failureOf(status: number, message: string, headers: Record<string, string> = {}, code?: string) {
  const thrown = Object.assign(new Error(message), { status, headers: new Headers(headers), code });
  return describeOpenFailure(thrown, { ...SENT, now: 0 });
}

const QUOTA = 'You exceeded your current quota, please check your plan and billing details.';

describe('a 429 about the quota', () => {
  test('is a lack of credit when it names no time', () => {
    const { error, retryable } = failureOf(429, QUOTA);
    expect(error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', detail: expect.stringContaining('no credit') });
    expect(retryable).toBe(false);
  });

  test.each<[string, string, Record<string, string>]>([
    ['as Gemini', `${QUOTA} Please retry in 34.07s.`, {}],
    ['as OpenAI', `${QUOTA} Please try again in 20s.`, {}],
    ['in milliseconds', QUOTA, { 'retry-after-ms': '1500' }],
    ['in seconds', QUOTA, { 'retry-after': '2' }],
  ])('is a limit that passes when it says when to try again, %s', (_how, message, headers) => {
    const { error, retryable } = failureOf(429, message, headers);
    expect(error.code).toBe('PROVIDER_RATE_LIMITED');
    expect(error.detail ?? '').not.toContain('credit');
    expect(retryable).toBe(true);
  });
});

test('a spending limit that ends on a date is a lack of credit', () => {
  const { retryable } = failureOf(400, 'You reached your API usage limits of the organization. Try again in January.');
  expect(retryable).toBe(false);
});

describe('a model that the server doesn’t have', () => {
  test.each<[string, number, string, string?]>([
    ['Anthropic', 404, '404 {"type":"error","error":{"type":"not_found_error","message":"model: served-9"}}'],
    ['OpenAI', 404, '404 The model `served-9` does not exist or you do not have access to it.', 'model_not_found'],
    ['OpenAI, of another project', 403, '403 Project `proj_1` does not have access', 'model_not_found'],
    ['OpenAI, as an invalid request', 400, "400 The requested model 'served-9' does not exist."],
    ['Gemini', 404, '404 models/served-9 is not found for API version v1main'],
    ['OpenRouter', 400, '400 served-9 is not a valid model ID'],
    ['OpenRouter, without a provider', 404, '404 No endpoints found for served-9.'],
    ['Ollama', 404, '404 model "served-9" not found, try pulling it first'],
    ['vLLM', 404, '404 The model `served-9` does not exist.'],
    ['Groq', 400, '400 The model `served-9` has been decommissioned', 'model_decommissioned'],
    ['Mistral', 400, '400 Invalid model: served-9'],
    ['DeepSeek', 400, '400 Model Not Exist'],
    ['Azure', 404, '404 The API deployment for this resource does not exist.', 'DeploymentNotFound'],
    ['LM Studio', 400, '400 No models loaded. Please load a model first.'],
  ])('is named to the user: %s', (_who, status, message, code) => {
    const { error, retryable } = failureOf(status, message, {}, code);
    expect(error).toMatchObject({
      code: 'PROVIDER_NO_MODEL',
      detail: 'The AI provider doesn’t have the model served-9. An admin can choose another one in Settings.',
    });
    expect(retryable).toBe(false);
  });

  test.each([['model_not_found'], ['not_found_error'], ['404']])('is named in a stream and in a body: %s', (kind) => {
    for (const error of [streamError([kind], 'no', SENT), bodyError([kind], 'no', SENT)])
      expect(error).toMatchObject({ code: 'PROVIDER_NO_MODEL', detail: expect.stringContaining('served-9') });
  });

  test('or a wrong address, when the server doesn’t say which', () => {
    expect(failureOf(404, '404 Not Found').error).toMatchObject({
      code: 'PROVIDER_NO_MODEL',
      detail: expect.stringContaining('or its address is wrong'),
    });
  });
});

describe('a request that is too long for the model', () => {
  test.each([
    [400, '400 {"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}'],
    [400, '400 input length and `max_tokens` exceed context limit: 198000 + 8192 > 200000'],
    [400, "400 This model's maximum context length is 32768 tokens. Please reduce the length of the messages."],
    [400, '400 Your input exceeds the context window of this model.'],
    [400, '400 The input token count (1100000) exceeds the maximum number of tokens allowed'],
    [413, '413 request too large'],
  ])('has its own code: %i %s', (status, message) => {
    expect(failureOf(status, message).error.code).toBe('PROVIDER_CONTEXT');
  });

  test('also in a stream', () => {
    for (const kinds of [['context_length_exceeded'], ['invalid_request_error']])
      expect(streamError(kinds, 'prompt is too long: 9 > 8', SENT).code).toBe('PROVIDER_CONTEXT');
  });
});

test.each([
  '400 This model does not support tools.',
  '400 max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens for served-9',
  '400 messages.2: `tool_use` ids were found without `tool_result` blocks',
  '400 Unsupported value: reasoning_effort is not supported with this model',
])('another refusal stays one: %s', (message) => {
  expect(failureOf(400, message).error.code).toBe('PROVIDER_REFUSED');
});
