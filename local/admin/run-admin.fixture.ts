// Runs the command line as an operator does: as a separate process, with the database in the environment.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export type Ran = { readonly code: number | null; readonly out: string; readonly error: string };

const ADMIN = join(import.meta.dirname, 'admin.ts');

export function startAdmin(
  ownerUrl: string,
  words: readonly string[],
  settings: Readonly<Record<string, string>> = {},
) {
  const child: ChildProcess = spawn(process.execPath, [ADMIN, ...words], {
    env: {
      ...process.env,
      DATABASE_URL: '',
      MASTER_KEYS: '',
      AUDIT_KEYS: '',
      DATABASE_OWNER_URL: ownerUrl,
      PUBLIC_ORIGIN: 'https://assistant.example.com',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let error = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    error += chunk.toString();
  });
  const ended = new Promise<Ran>((resolve) => child.on('close', (code) => resolve({ code, out, error })));
  return { child, ended };
}

export const runAdmin = (
  ownerUrl: string,
  words: readonly string[],
  settings?: Readonly<Record<string, string>>,
): Promise<Ran> => startAdmin(ownerUrl, words, settings).ended;
