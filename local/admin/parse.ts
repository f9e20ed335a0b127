// Parses a command line and prints usage.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { AdminError, type Command, EXIT, type OptionSpec, type OptionValues } from './command.ts';

export type ParsedCommand =
  | { readonly kind: 'help'; readonly text: string }
  | {
      readonly kind: 'run';
      readonly command: Command;
      readonly parameters: readonly string[];
      readonly values: OptionValues;
      readonly json: boolean;
    };

const COMMON: Readonly<Record<string, OptionSpec>> = {
  json: { type: 'boolean', help: 'Print the result as JSON' },
  help: { type: 'boolean', help: 'Show this help' },
};

/** @throws AdminError with the exit code of wrong usage */
export function parseCommandLine(words: readonly string[], commands: readonly Command[]): ParsedCommand {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    return { kind: 'help', text: overview(commands) };
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) throw usageError(`unknown command ${name}; \`npm run admin -- --help\` lists them`);
  const { values, positionals } = parseOptions(command, rest);
  if (values['help'] === true) return { kind: 'help', text: helpOf(command) };
  const least = command.parameters.filter((parameter) => !parameter.startsWith('[')).length;
  if (positionals.length < least || positionals.length > command.parameters.length) {
    throw usageError(`usage: ${usageOf(command)}`);
  }
  return { kind: 'run', command, parameters: positionals, values, json: values['json'] === true };
}

function parseOptions(command: Command, words: readonly string[]) {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, { type, multiple }] of Object.entries({ ...command.options, ...COMMON })) {
    options[name] = { type, ...(multiple ? { multiple } : {}), ...(name === 'help' ? { short: 'h' } : {}) };
  }
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true }) as {
      values: OptionValues;
      positionals: string[];
    };
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    throw usageError(`${line.replace(/\. To specify a positional.*$/, '')}; usage: ${usageOf(command)}`, error);
  }
}

const usageError = (message: string, cause?: unknown): AdminError =>
  new AdminError(message, { exitCode: EXIT.usage, cause });

const usageOf = ({ name, parameters, options }: Command): string =>
  [
    `npm run admin -- ${name}`,
    ...parameters.map((parameter) => (parameter.startsWith('[') ? parameter : `<${parameter}>`)),
    ...(Object.keys(options).length > 0 ? ['[options]'] : []),
  ].join(' ');

function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON }).map(([name, { value, help }]) => [
    `  --${name}${value === undefined ? '' : ` ${value}`}`,
    help,
  ]);
  const width = Math.max(...options.map(([left = '']) => left.length)) + 2;
  return [
    `${command.summary}.`,
    '',
    `  ${usageOf(command)}`,
    '',
    ...options.map(([left = '', help]) => `${left.padEnd(width)}${help}`),
    ...(command.notes ? ['', ...command.notes] : []),
  ].join('\n');
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return [
    'Administer a Groundwire installation.',
    '',
    '  npm run admin -- <command> …',
    '  npm run admin -- <command> --help',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    'DATABASE_OWNER_URL is the database, with the login that migrates it. Default: the running local stack.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done and found something that needs attention.',
  ].join('\n');
}
