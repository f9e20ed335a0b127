// Groundwire as `npm run dev` runs it, with a real PostgreSQL. Only the demo model is replaced by the upstream.
import pg from 'pg';
import { DEMO_ORGS, DEMO_PEOPLE } from '../../local/demo-data/demo-people.ts';
import { signIn } from '../../local/e2e/visitor.ts';
import { getFreePort, HOST } from '../../local/stack/ports.ts';
import { startStack } from '../../local/stack/stack.ts';
import { announce } from '../harness/server-process.ts';
import { makeStorageDir } from '../harness/worker-runtime.ts';

const [upstream = '', debug] = process.argv.slice(2);
const inspectorPort = debug === 'inspector' ? await getFreePort() : undefined;
const stack = await startStack({
  localDir: makeStorageDir(),
  inspectorPort,
  settings: {
    ...{ ANTHROPIC_API_KEY: 'bench', ANTHROPIC_BASE_URL: upstream },
    // A few users send all the requests.
    ...{ AI_REQUESTS_PER_MINUTE: '60000', AI_BURST: '60000', REQUESTS_PER_MINUTE: '60000', REQUEST_BURST: '60000' },
  },
  onLog: (level, message) => console.error(`groundwire ${level}: ${message}`),
});
await raiseAllowances(stack.databaseOwnerUrl);
const people = await Promise.all(listEmails().map(async (email) => (await signIn(stack, email)).headers.Authorization));
announce(
  { url: stack.url, people, ...(inspectorPort !== undefined && { inspectorUrl: `http://${HOST}:${inspectorPort}` }) },
  stack.stop,
);

/** Sets a limit that is counted but not reached. An org without a limit would skip its Budget object. */
async function raiseAllowances(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('update private.plans set monthly_tokens = $1', [10 ** 12]);
  await client.end();
}

/** The users of the orgs that have the assistant. */
function listEmails(): string[] {
  const enabled = new Set<string>(DEMO_ORGS.filter((org) => org.aiAssistant).map((org) => org.slug));
  return DEMO_PEOPLE.filter((person) => Object.keys(person.memberships).every((slug) => enabled.has(slug))).map(
    (person) => person.email,
  );
}
