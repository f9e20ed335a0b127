// Reads `.dev.vars`: KEY=value lines, `#` comments, optional quotes. The environment wins over the file.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './stack-error.ts';

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;
const QUOTES = ['"', "'", '`'];

/** @throws StackError that names the first line that isn't KEY=value. */
export function parseDevVars(text: string): Record<string, string> {
  const vars: Record<string, string> = {};
  for (const [index, rawLine] of text.split(/\r?\n/).entries()) {
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, key, value] = LINE.exec(line) ?? [];
    if (key === undefined || value === undefined) throw brokenLine(index, 'is not KEY=value');
    vars[key] = parseValue(value, index);
  }
  return vars;
}

/** The environment on top of the project's `.dev.vars`, if there is one. Empty values count as not set. */
export function readSettings(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const path = join(root, '.dev.vars');
  const fromFile = existsSync(path) ? parseDevVars(readFileSync(path, 'utf8')) : {};
  const settings: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...fromFile, ...environment })) {
    if (value) settings[key] = value;
  }
  return settings;
}

function parseValue(value: string, index: number): string {
  const quote = QUOTES.find((candidate) => value.startsWith(candidate));
  if (quote === undefined) return value.replace(/\s+#.*$/, '');
  const end = value.indexOf(quote, 1);
  if (end === -1) throw brokenLine(index, `opens with ${quote} and does not close it`);
  const rest = value.slice(end + 1).trim();
  if (rest !== '' && !rest.startsWith('#')) throw brokenLine(index, 'has text after its closing quote');
  return value.slice(1, end);
}

// The text of the line is not shown, because it may contain a key.
function brokenLine(index: number, what: string): StackError {
  return new StackError(`.dev.vars line ${index + 1} ${what}; write it as in .dev.vars.example`);
}
