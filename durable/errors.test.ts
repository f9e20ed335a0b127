import { expect, test } from 'vitest';
import { AppError, ERRORS } from './errors.ts';

const HEADING = `# Errors

Every refusal and failure is an RFC 9457 problem (\`application/problem+json\`) with \`type\`, \`title\`, \`status\`, \`detail\`,
\`code\` and \`requestId\`; a request that is not understood also has \`issues\`, a list of \`{path, message}\`. A stream that
has begun ends with \`RUN_ERROR\`, whose \`code\` is one of these. Programs go by \`code\`; \`detail\` is for people and may say
more than this table does.

The table is made from \`durable/errors.ts\`: run \`npm test -- --project unit -u durable/errors\` after a change there.

| code | status | title | detail |
| --- | --- | --- | --- |
`;

test('every error code stands in the one table of the docs', async () => {
  const rows = Object.entries(ERRORS).map(
    ([code, row]) => `| \`${code}\` | ${row.status} | ${row.title} | ${row.detail} |\n`,
  );
  await expect(`${HEADING}${rows.join('')}`).toMatchFileSnapshot('../docs/errors.md');
});

test('each row is an error with words for people', () => {
  for (const { status, title, detail } of Object.values(ERRORS)) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(`${title}${detail}`).not.toMatch(/\||undefined/);
  }
});

test('an AppError says what the table says, unless it can say more', () => {
  expect(new AppError('NOT_FOUND').detail).toBe(ERRORS.NOT_FOUND.detail);
  expect(new AppError('NOT_FOUND', { detail: 'More.' })).toMatchObject({
    code: 'NOT_FOUND',
    detail: 'More.',
    message: 'NOT_FOUND',
  });
});
