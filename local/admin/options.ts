// Reads the values of options, with errors that say what is expected.
import { AdminError, EXIT, type OptionValues } from './command.ts';

export const textOf = (values: OptionValues, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const isSet = (values: OptionValues, name: string): boolean => values[name] === true;

/** For an option that can be repeated, each time with one or more values separated by commas. */
export function listOf(values: OptionValues, name: string): string[] | undefined {
  const given = values[name];
  if (!Array.isArray(given)) return undefined;
  return given
    .flatMap((text: string) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** A whole number, null for `none`, or undefined if the option is missing. */
export function limitOf(values: OptionValues, name: string): number | null | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  if (text === 'none') return null;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw wrong(`--${name} takes a whole number or \`none\`, not ${text}`);
}

export function countOf(
  values: OptionValues,
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
