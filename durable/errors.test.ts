import { expect, test } from 'vitest';
import { AppError, ERRORS } from './errors.ts';

const HEADING = `# Errors

Every error is an RFC 9457 problem (\`application/problem+json\`) with \`type\`, \`title\`, \`status\`, \`detail\`, \`code\` and
\`requestId\`. A request with a malformed body also has \`issues\`, a list of \`{path, message}\`. A stream that has started
ends with \`RUN_ERROR\`, whose \`code\` is one of these. Programs should match on \`code\`; \`detail\` is for people and may be
more specific than the text in this table.

This table is generated from \`durable/errors.ts\`. After a change there, run \`npm test -- --project unit durable/errors -u\`.

| code | status | title | detail |
| --- | --- | --- | --- |
`;

test('docs/errors.md lists every error code', async () => {
  const rows = Object.entries(ERRORS).map(
    ([code, row]) => `| \`${code}\` | ${row.status} | ${row.title} | ${row.detail} |\n`,
  );
  await expect(`${HEADING}${rows.join('')}`).toMatchFileSnapshot('../docs/errors.md');
});

test('each row has an error status, a title and a detail', () => {
  for (const { status, title, detail } of Object.values(ERRORS)) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(`${title}${detail}`).not.toMatch(/\||undefined/);
  }
});

test('AppError takes its detail from the table unless it gets a more specific one', () => {
  expect(new AppError('NOT_FOUND').detail).toBe(ERRORS.NOT_FOUND.detail);
  expect(new AppError('NOT_FOUND', { detail: 'More.' })).toMatchObject({
    code: 'NOT_FOUND',
    detail: 'More.',
    message: 'NOT_FOUND',
  });
});
