// A local stack for one end-to-end test file: a separate Worker with objects, database and demo model, on the PostgreSQL
// and the Worker bundle that the whole run shares. dev.test.ts tests the stack that builds and starts everything itself.
import { readFileSync } from 'node:fs';
import { inject } from 'vitest';
import { type Stack, type StackOptions, startStack } from '../stack/stack.ts';
import { copyTemplate, dropDatabase } from './test-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file with the bundled Worker. */
    workerCode: string;
  }
}

/** Tests send more messages than people, and fast ones would meet the limits that slow ones don't. */
const UNLIMITED = {
  AI_REQUESTS_PER_MINUTE: '60000',
  AI_BURST: '60000',
  REQUESTS_PER_MINUTE: '60000',
  REQUEST_BURST: '60000',
};

export async function startTestStack(options: Pick<StackOptions, 'settings' | 'demo'> = {}): Promise<Stack> {
  const { name, ownerUrl, appUrl } = await copyTemplate();
  const stack = await startStack({
    ...options,
    // Without an owner's address nothing is migrated, because the template already is.
    settings: { DATABASE_URL: appUrl, CLAIM_KEY: inject('postgres').claimKey, ...UNLIMITED, ...options.settings },
    code: readFileSync(inject('workerCode'), 'utf8'),
  });
  return {
    ...stack,
    databaseOwnerUrl: ownerUrl,
    stop: async function stopTestStack() {
      await stack.stop();
      await dropDatabase(name);
    },
  };
}
