// Runs `npm run dev` as a process and checks its output, its signals and the folder that it leaves behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROJECT_ROOT } from '../project-root.ts';
import { getFreePort, HOST } from '../stack/ports.ts';
import { getCommand, listChildren } from '../stack/processes.ts';
import { signIn } from './visitor.ts';

type Run = { child: ChildProcess; output(): string; url: Promise<string>; ended: Promise<number | null> };

const PATIENCE_MS = 60_000;
/** An empty value counts as not set and overrides the developer’s own `.dev.vars`. */
const NO_SETTINGS = Object.fromEntries(
  ['DATABASE_URL', 'DATABASE_OWNER_URL', 'ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL', 'OPENAI_API_KEY', 'OPENAI_BASE_URL']
    .concat(['CLAIM_KEY', 'SESSION_KEY', 'GROUNDWIRE_PARENT'])
    .map((name) => [name, '']),
);

let localDir: string;
let port: number;
const running: Run[] = [];

async function choosePlace(): Promise<void> {
  localDir = mkdtempSync(join(tmpdir(), 'groundwire-dev-'));
  port = await getFreePort();
}

async function endRuns(): Promise<void> {
  for (const run of running.splice(0)) {
    run.child.kill('SIGTERM');
    await run.ended;
  }
}

async function leavePlace(): Promise<void> {
  await endRuns();
  rmSync(localDir, { recursive: true, force: true });
}

function runDev(env: Record<string, string> = {}, args: string[] = []): Run {
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'local', 'dev.ts'), ...args], {
    env: { ...process.env, ...NO_SETTINGS, LOCAL_DIR: localDir, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
    // When it is killed, its child processes may keep its output open until the reaper ends them.
    child.once('exit', (code, signal) => signal === 'SIGKILL' && resolve(code));
  });
  const url = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        const ready = /^ready (\S+)$/m.exec(output)?.[1];
        if (ready !== undefined) resolve(ready);
      });
    }
    void ended.then(() => reject(new Error(`it ended before it was ready:\n${output}`)));
  });
  url.catch(() => {}); // Runs that are meant to fail are asked for their output instead.
  const run = { child, output: () => output, url, ended };
  running.push(run);
  return run;
}

const pidsOf = () => ({
  worker: Number(readFileSync(join(localDir, 'worker.pid'), 'utf8')),
  postgres: Number(readFileSync(join(localDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]),
});

describe('npm run dev', () => {
  /** The stack that a test leaves running for the next one, because a start takes longer than most tests. */
  let kept: Run | null = null;
  const takeKept = async (): Promise<Run & { readonly address: string }> => {
    // What a failed test left would use the folder.
    if (kept === null) await endRuns();
    const run = kept ?? runDev();
    kept = null;
    return { ...run, address: await run.url };
  };

  beforeAll(choosePlace);
  afterAll(leavePlace);

  it('prints a line for each service and the address last, keeps its data, and stops everything silently on Ctrl-C', async () => {
    const first = runDev();
    const url = await first.url;
    expect(url).toBe(`http://${HOST}:${port}`);
    const lines = first.output().trim().split('\n');
    expect(lines.slice(0, -2).map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['model', 'neon', 'pages', 'postgres']),
    );
    expect(lines.at(-1)).toBe(`ready ${url}`);
    const ada = await signIn({ url }, 'ada@cascade.test');
    const id = crypto.randomUUID();
    expect((await ada.send('POST', '/api/v1/ai/sessions', { id, title: 'Kept' })).status).toBe(201);

    const { worker, postgres } = pidsOf();
    const before = first.output();
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect(first.output()).toBe(before);
    expect([getCommand(worker), getCommand(postgres)]).toEqual([null, null]);

    const second = runDev();
    await second.url;
    // The token still works too, because the keys are kept.
    expect(await (await ada.get(`/api/v1/ai/sessions/${id}`)).json()).toMatchObject({ title: 'Kept' });
    second.child.kill('SIGINT');
    await second.ended;

    const third = runDev({}, ['--reset']);
    await third.url;
    const again = await signIn({ url }, 'ada@cascade.test');
    expect((await again.get(`/api/v1/ai/sessions/${id}`)).status).toBe(404);
    kept = third;
  });

  it('says in one line that its folder is in use, while another folder and port work', async () => {
    const first = await takeKept();
    const same = runDev({ PORT: String(await getFreePort()) });
    expect(await same.ended).toBe(1);
    expect(same.output()).toBe(
      `error: ${localDir} is in use by a running stack; stop that one, or set LOCAL_DIR to another folder\n`,
    );
    const other = runDev({ PORT: String(await getFreePort()), LOCAL_DIR: join(localDir, 'other') });
    const urls = [first.address, await other.url];
    expect(await Promise.all(urls.map(async (url) => (await fetch(url)).status))).toEqual([200, 200]);
    other.child.kill('SIGTERM');
    await other.ended;
    kept = first;
  });

  it('reports that the Worker process died, and starts another one', async () => {
    const run = await takeKept();
    const { worker } = pidsOf();
    process.kill(worker, 'SIGKILL');
    await vi.waitFor(
      () => expect(run.output()).toContain('the Worker process died and was started again'),
      PATIENCE_MS,
    );
    expect((await fetch(run.address)).status).toBe(200);
    expect(pidsOf().worker).not.toBe(worker);
    kept = run;
  });

  it('leaves nothing running when it is killed with SIGKILL, and starts again', async () => {
    const first = await takeKept();
    const { worker, postgres } = pidsOf();
    const builder = listChildren(first.child.pid ?? 0).find(({ command }) => command.includes('esbuild'));
    first.child.kill('SIGKILL');
    await first.ended;
    const left = [worker, postgres, builder?.pid ?? 0];
    await vi.waitFor(() => expect(left.map(getCommand)).toEqual([null, null, null]), PATIENCE_MS);
    expect(existsSync(join(localDir, 'stack.lock'))).toBe(true);
    const second = runDev();
    expect((await fetch(await second.url)).status).toBe(200);
    kept = second;
  });

  it('exits with a message when its database ends', async () => {
    const run = await takeKept();
    process.kill(pidsOf().postgres, 'SIGKILL');
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/^error: PostgreSQL ended by itself/m);
  });
});

describe('npm run dev says in one line what to do and starts nothing', () => {
  beforeEach(choosePlace);
  afterEach(leavePlace);

  it('when the port is in use', async () => {
    const other = createServer().listen(port, HOST);
    const run = runDev();
    expect(await run.ended).toBe(1);
    expect(run.output()).toBe(
      `error: port ${port} is in use; stop what listens there, or choose another: PORT=${port + 1} npm run dev\n`,
    );
    other.close();
  });

  it.each([
    [{ PORT: 'abc' }, 'error: PORT is "abc"; it must be a number between 1 and 65535\n'],
    [{}, 'error: unknown option --rest; there is --reset, which empties the data\n', ['--rest']],
  ])(
    'when a setting or an argument is unknown: %j',
    async (env: Record<string, string>, message, args: string[] = []) => {
      const run = runDev(env, args);
      expect(await run.ended).toBe(1);
      expect(run.output()).toBe(message);
    },
  );

  it('when the database does not answer', async () => {
    const run = runDev({ DATABASE_URL: `postgresql://me:secret@${HOST}:1/app` });
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/^error: can't connect to the database as its owner: connect ECONNREFUSED/m);
    expect(run.output()).not.toContain('secret');
  });
});
