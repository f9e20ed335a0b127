// `npm run admin -- <command> …`: administers an installation by its database, for whoever runs it. Needs no Worker; what
// only the Worker can do is left to it as a chore, which it takes up by itself.
import { resolve } from 'node:path';
import pg from 'pg';
import { readSettings } from '../dev-vars.ts';
import { StackError } from '../stack-error.ts';
import { AdminError, EXIT } from './command.ts';
import { COMMANDS } from './commands.ts';
import { connect, findTarget } from './connect.ts';
import { type Parsed, parseCommandLine } from './parse.ts';
import { ROOT } from './root.ts';
import { askAtTerminal } from './terminal.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  try {
    const parsed = parseCommandLine(words, COMMANDS);
    if (parsed.kind === 'run') return await runCommand(parsed);
    console.log(parsed.text);
    return EXIT.done;
  } catch (error) {
    return tell(error);
  }
}

async function runCommand({ command, parameters, values, json }: Extract<Parsed, { kind: 'run' }>): Promise<number> {
  const target = findTarget(readSettings(ROOT, process.env));
  const database = await connect(target.ownerUrl);
  try {
    const context = {
      database,
      settings: target.settings,
      isLocal: target.isLocal,
      say: (line: string) => void (json || console.log(line)),
      confirm: askAtTerminal,
      // npm moves to the project's folder and says where it was called.
      path: (path: string) => resolve(process.env['INIT_CWD'] ?? process.cwd(), path),
    };
    const outcome = await command.run(context, { parameters, values });
    if (json) console.log(JSON.stringify(outcome.json, null, 2));
    else for (const line of outcome.lines) console.log(line);
    return outcome.exitCode ?? EXIT.done;
  } finally {
    await database.end();
  }
}

function tell(error: unknown): number {
  if (error instanceof AdminError || error instanceof StackError) {
    console.error(`error: ${error.message}`);
    return error instanceof AdminError ? error.exitCode : EXIT.failed;
  }
  if (error instanceof pg.DatabaseError) {
    // Its details may show rows; the first line of its message and the code are for whoever administers it.
    console.error(`error: the database refuses: ${error.message.split('\n')[0]} (${error.code ?? 'no code'})`);
    return EXIT.failed;
  }
  throw error;
}
