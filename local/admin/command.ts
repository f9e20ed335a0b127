// What a command of the administration is. Each stands in a file of its own; the list of them is in commands.ts.
import type pg from 'pg';

/** 0 done, 1 could not be done, 2 asked wrongly, 3 looked and found something that is not as it should be. */
export const EXIT = { done: 0, failed: 1, usage: 2, found: 3 } as const;

/** Ends a command with one line for whoever typed it: what is wrong, and what to do. */
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
  /** As the help shows its value; for strings. */
  readonly value?: string;
  readonly help: string;
};

export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export type Context = {
  /** The owner's login: row level security does not hold it. */
  readonly database: pg.Client;
  /** The environment, `.dev.vars` beneath it, and the local stack's own keys where that is what is administered. */
  readonly settings: Readonly<Record<string, string>>;
  readonly isLocal: boolean;
  /** Lines for people, as the command goes on; silent where the answer is to be JSON. */
  say(line: string): void;
  /** Asks a person; false where nobody sits there. */
  confirm(question: string): Promise<boolean>;
  /** Relative paths are meant from where the command was typed. */
  path(path: string): string;
};

/** What a command answers: as lines for people, as one JSON value for programs. */
export type Outcome = {
  readonly lines: readonly string[];
  readonly json: unknown;
  readonly exitCode?: number;
};

export type Command = {
  readonly name: string;
  readonly summary: string;
  /** Names of what must be given, in order; one in brackets may be left out. */
  readonly parameters: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** What else there is to know, below the options. */
  readonly notes?: readonly string[];
  run(context: Context, given: { readonly parameters: readonly string[]; readonly values: Values }): Promise<Outcome>;
};
