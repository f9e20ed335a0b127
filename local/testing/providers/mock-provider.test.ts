import { expect, test } from 'vitest';
import { startMockProvider } from './mock-provider.ts';

test('the imitated provider never closes an idle connection, which a client could be about to reuse', async () => {
  const mock = await startMockProvider();
  try {
    const response = await fetch(`${mock.url}/v1/models`);
    // The header would name the time.
    expect(response.headers.get('keep-alive')).toBeNull();
    await response.body?.cancel();
  } finally {
    await mock.stop();
  }
});
