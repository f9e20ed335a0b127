// The type of an admin command. Each command has its own file; commands.ts lists them.
import type pg from 'pg';

/** 0 done, 1 failed, 2 wrong usage, 3 done and found something that needs attention. */
export const EXIT = { done: 0, failed: 1, usage: 2, found: 3 } as const;

/** Ends a command with one line that says what is wrong and what to do. */
export class AdminError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: ErrorOptions & { exitCode?: number } = {}) {
    super(message, options);
    this.name = 'AdminError';
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

export type OptionSpec = {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** The placeholder for the value in the help; strings only. */
  readonly value?: string;
  readonly help: string;
};

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export type CommandContext = {
  /** Logged in as the owner, without row-level security. */
  readonly database: pg.Client;
  /** The environment, then `.dev.vars`, then the local stack's keys if the command runs on the local stack. */
  readonly settings: Readonly<Record<string, string>>;
  readonly isLocal: boolean;
  /** Prints progress lines; prints nothing when the output is JSON. */
  say(line: string): void;
  /** Asks the operator; false without a terminal. */
  confirm(question: string): Promise<boolean>;
  /** The directory that relative paths resolve from. */
  path(path: string): string;
};

/** A command's result: lines for people, one JSON value for programs. */
export type CommandOutcome = {
  readonly lines: readonly string[];
  readonly json: unknown;
  readonly exitCode?: number;
};

export type Command = {
  readonly name: string;
  readonly summary: string;
  /** Names of the positional parameters; those in brackets are optional. */
  readonly parameters: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Shown below the options in the help. */
  readonly notes?: readonly string[];
  run(
    context: CommandContext,
    given: { readonly parameters: readonly string[]; readonly values: OptionValues },
  ): Promise<CommandOutcome>;
};
