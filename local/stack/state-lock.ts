// Keeps two stacks from using one LOCAL_DIR. The holder listens on a port that the lock file names, so a lock
// left behind by a killed process can be distinguished from a held one without trusting process ids, which are reused.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { HOST } from './ports.ts';
import { StackError } from './stack-error.ts';

const GREETING_TIMEOUT_MS = 1000;
const LockFile = z.object({ pid: z.int(), port: z.int(), token: z.string() });

export type StateLock = {
  /** True if a killed stack left its lock behind; its processes may still be ending. */
  readonly wasLeftBehind: boolean;
  release(): void;
};

/** @throws StackError if another running stack uses the folder. */
export async function lockStateDir(stateDir: string): Promise<StateLock> {
  const path = join(stateDir, 'stack.lock');
  const wasLeftBehind = await clearLeftBehindLock(path, stateDir);

  const token = randomUUID();
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(token);
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  server.unref();

  // Written to a temporary file and linked, so that no one reads half a lock and only one of two starting stacks wins.
  const draft = `${path}.${token}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, port: (server.address() as AddressInfo).port, token }));
  try {
    linkSync(draft, path);
  } catch (cause) {
    server.close();
    throw inUse(stateDir, cause);
  } finally {
    rmSync(draft);
  }

  return {
    wasLeftBehind,
    release: function releaseStateDir() {
      server.close();
      rmSync(path, { force: true });
    },
  };
}

async function clearLeftBehindLock(path: string, stateDir: string): Promise<boolean> {
  const held = readLock(path);
  if (held === null) return false;
  if (held !== 'broken' && (await readGreeting(held.port)) === held.token) throw inUse(stateDir);
  rmSync(path, { force: true });
  return true;
}

function readLock(path: string): z.infer<typeof LockFile> | 'broken' | null {
  try {
    return LockFile.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? 'broken';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 'broken';
  }
}

async function readGreeting(port: number): Promise<string> {
  return new Promise((resolve) => {
    let greeting = '';
    const socket = connect(port, HOST);
    socket.setTimeout(GREETING_TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      greeting += chunk.toString('utf8');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(greeting));
  });
}

function inUse(stateDir: string, cause?: unknown): StackError {
  return new StackError(`${stateDir} is in use by a running stack; stop that one, or set LOCAL_DIR to another folder`, {
    cause,
  });
}
