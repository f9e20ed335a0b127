// Reads what an option was given, with words of its own for what it cannot be.
import { AdminError, EXIT, type Values } from './command.ts';

export const textOf = (values: Values, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const isSet = (values: Values, name: string): boolean => values[name] === true;

/** Of an option that may be given several times, each time with one or more words between commas. */
export function listOf(values: Values, name: string): string[] | undefined {
  const given = values[name];
  if (!Array.isArray(given)) return undefined;
  return given
    .flatMap((text: string) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** A whole number, or null for `none`; undefined where it was not given. */
export function limitOf(values: Values, name: string): number | null | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  if (text === 'none') return null;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw wrong(`--${name} takes a whole number or \`none\`, not ${text}`);
}

export function countOf(
  values: Values,
  name: string,
  { most, otherwise }: { most: number; otherwise: number },
): number {
  const text = textOf(values, name);
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw wrong(`--${name} takes a whole number from 1 to ${most}, not ${text}`);
}

export const wrong = (message: string): AdminError => new AdminError(message, { exitCode: EXIT.usage });
