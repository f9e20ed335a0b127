// `npm run admin -- <command> …`: administers an installation through its database, without a running Worker. Work in
// objects is queued as chores that the Worker picks up.
import { resolve } from 'node:path';
import pg from 'pg';
import { PROJECT_ROOT } from '../project-root.ts';
import { readSettings } from '../stack/dev-vars.ts';
import { StackError } from '../stack/stack-error.ts';
import { AdminError, EXIT } from './command.ts';
import { COMMANDS } from './commands.ts';
import { connect, findTarget } from './connect.ts';
import { type ParsedCommand, parseCommandLine } from './parse.ts';
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

async function runCommand({
  command,
  parameters,
  values,
  json,
}: Extract<ParsedCommand, { kind: 'run' }>): Promise<number> {
  const target = findTarget(readSettings(PROJECT_ROOT, process.env));
  const database = await connect(target.ownerUrl);
  try {
    const context = {
      database,
      settings: target.settings,
      isLocal: target.isLocal,
      say: (line: string) => void (json || console.log(line)),
      confirm: askAtTerminal,
      // npm changes to the project's folder; INIT_CWD is where the user called it.
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
    // The details may contain rows, so print only the first line of the message and the code.
    console.error(`error: the database refused: ${error.message.split('\n')[0]} (${error.code ?? 'no code'})`);
    return EXIT.failed;
  }
  throw error;
}
