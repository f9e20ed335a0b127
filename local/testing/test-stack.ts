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

/** Tests send more messages than people, and on a fast machine they would meet limits that they don't on a slow one. */
const MANY = 60_000;
const UNLIMITED = {
  AI_REQUESTS_PER_MINUTE: String(MANY),
  AI_BURST: String(MANY),
  REQUESTS_PER_MINUTE: String(MANY),
  REQUEST_BURST: String(MANY),
};

export async function startTestStack(options: Pick<StackOptions, 'settings' | 'demo'> = {}): Promise<Stack> {
  const { name, ownerUrl, appUrl } = await copyTemplate();
  const stack = await startStack({
    ...options,
    // Without an owner's address nothing is migrated, because the template already is.
    settings: {
      DATABASE_URL: appUrl,
      CLAIM_KEY: inject('postgres').claimKey,
      ...UNLIMITED,
      ...options.settings,
    },
    addressLimit: MANY,
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
