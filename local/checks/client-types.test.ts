import { expect, test, vi } from 'vitest';
import { openApiDocument } from '../../worker/api/openapi/openapi.ts';
import { ROUTES } from '../../worker/routes.ts';
import { renderClientTypes } from './client-types.ts';

// Only reads the routes' declarations. Their dependencies need the Workers runtime.
vi.mock('cloudflare:workers', () => ({ waitUntil: () => undefined }));

test('the client’s types are those of the OpenAPI document', async () => {
  const types = renderClientTypes(openApiDocument(ROUTES).components?.schemas ?? {});
  await expect(types).toMatchFileSnapshot('../../packages/client/src/api-types.ts');
});

test('every kind of schema has a type', () => {
  const schemas = Object.fromEntries(
    [
      'Confirmation',
      'Decided',
      'ListedSession',
      'MessageList',
      'NewSession',
      'Problem',
      'Session',
      'SessionChange',
      'SessionList',
    ].map((name) => [name, { type: 'object', properties: {}, additionalProperties: false }]),
  );
  const Message = {
    type: 'object',
    properties: {
      role: { enum: ["it's", 'b'] },
      next: { anyOf: [{ $ref: '#/components/schemas/Part' }, { type: 'null' }] },
      list: { type: 'array', items: { type: ['string', 'null'] } },
      'any-thing': { description: 'Any.' },
      record: { type: 'object', additionalProperties: { type: 'integer' } },
    },
    required: ['role', 'next'],
  };
  const types = renderClientTypes({ ...schemas, Message, Part: { const: true } });
  expect(types).toContain(`export type Message = {
  readonly role: 'it\\'s' | 'b';
  readonly next: Part | null;
  readonly list?: readonly (string | null)[];
  /** Any. */
  readonly 'any-thing'?: unknown;
  readonly record?: Readonly<Record<string, number>>;
};`);
  expect(types).toContain('export type Part = true;');
  expect(() => renderClientTypes({})).toThrow('no schema Confirmation');
});
