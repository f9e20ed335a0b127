// Why a tool call was refused, in words that a model can relay and act on. Never a database's or a library's own words.
import type { z } from 'zod';
import { getDatabaseFault } from '../postgres/sqlstate.ts';
import type { Access } from '../principal.ts';
import type { Tool, ToolRefusal } from './tool.ts';
import type { CallAdmission } from './turn-limits.ts';

export const refuse = (code: string, message: string, facts: Readonly<Record<string, unknown>> = {}): ToolRefusal => ({
  refused: true,
  code,
  message,
  facts,
});

export function refuseLimit(admission: Exclude<CallAdmission, 'admitted'>): ToolRefusal {
  return admission === 'repeated'
    ? refuse('REPEATED', 'This call was made twice in this turn with the same arguments. Use the results at hand.')
    : refuse('TOO_MANY_CALLS', 'This turn has used all the tool calls that one turn may make.');
}

export const refuseUnknownTool = (names: Iterable<string>): ToolRefusal =>
  refuse('UNKNOWN_TOOL', 'There is no such tool here.', { tools: [...names] });

export const refuseBrokenArguments = (): ToolRefusal =>
  refuse('INVALID_ARGUMENTS', 'The arguments are not a JSON object. Nothing was done.');

export function refuseArguments(error: z.ZodError): ToolRefusal {
  const issues = error.issues.slice(0, MAX_ISSUES).map(describeIssue);
  const confirms = error.issues.some((issue) => issue.code === 'unrecognized_keys' && issue.keys.some(isConfirmation));
  const why = confirms ? ' Only the user can confirm, by the card that the page shows for the call.' : '';
  return refuse('INVALID_ARGUMENTS', `The arguments do not fit: ${issues.join('; ')}. Nothing was done.${why}`);
}

/** Null where the role holds what the tool asks for, any one of several. */
export function refusePermission(tool: Tool, access: Access): ToolRefusal | null {
  const accepted = typeof tool.permission === 'string' ? [tool.permission] : tool.permission;
  if (accepted === null || accepted.some((permission) => access.permissions.includes(permission))) return null;
  const named = accepted.map((permission) => `"${permission}"`).join(' or ');
  return refuse(
    'FORBIDDEN',
    `Your role (${access.role}) in ${access.orgName} does not include the permission ${named}, which ${tool.name} needs. An admin can grant it.`,
    { permission: accepted.length === 1 ? accepted[0] : accepted },
  );
}

/** What a thrown error means to the user; null where it is a mistake of ours. */
export function refuseFault(error: unknown): ToolRefusal | null {
  const kind = getDatabaseFault(error)?.kind;
  return kind === undefined ? null : FAULTS[kind];
}

/** True where the database may have done what was sent to it, though no answer came. */
export function isUncertain(error: unknown): boolean {
  const fault = getDatabaseFault(error);
  // Anything else was thrown on the way to the answer or on the way back: nobody can tell.
  return fault === null || fault.kind === 'unavailable' || (fault.kind === 'timeout' && fault.sqlstate === null);
}

const MAX_ISSUES = 8;
const MAX_NAMED = 80;

const UNAVAILABLE = refuse(
  'DATABASE_UNAVAILABLE',
  'The database does not answer right now. Nothing was changed. Try again in a minute.',
);
const DENIED = refuse('FORBIDDEN', 'The database does not permit this for you. Nothing was changed.');
const FAULTS: Readonly<Record<NonNullable<ReturnType<typeof getDatabaseFault>>['kind'], ToolRefusal>> = {
  unavailable: UNAVAILABLE,
  misconfigured: UNAVAILABLE,
  timeout: refuse('TIMEOUT', 'This took too long and was stopped. Nothing was changed. Ask for less at once.'),
  contended: refuse('CONTENDED', 'Somebody changed the same data at that moment. Nothing was changed. Try again.'),
  denied: DENIED,
  read_only: DENIED,
  duplicate: refuse('DUPLICATE', 'Something with the same key exists already. Nothing was changed.'),
  invalid: refuse('INVALID', 'The data does not fit the rules of the database. Nothing was changed.'),
};

const isConfirmation = (key: string): boolean => /confirm|approv/i.test(key);

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = issue.path.length > 0 ? `\`${cut(issue.path.map(String).join('.'))}\`` : 'the arguments';
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown parameter ${issue.keys
        .slice(0, MAX_ISSUES)
        .map((key) => `\`${cut(key)}\``)
        .join(', ')}`;
    case 'invalid_type':
      return issue.message.endsWith('received undefined') ? `${name} is missing` : `${name} must be ${issue.expected}`;
    case 'invalid_value':
      return `${name} must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_format':
      return `${name} must be ${FORMATS[issue.format] ?? `a valid ${issue.format}`}`;
    case 'too_small':
      return `${name} must ${BOUNDS[issue.origin] ?? 'be'} at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`;
    case 'too_big':
      return `${name} must ${BOUNDS[issue.origin] ?? 'be'} at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`;
    case 'custom':
      // The words of our own shapes.
      return `${name} ${issue.message}`;
    default:
      return `${name} is not valid`;
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  guid: 'an id (a UUID); look it up first if you have only a number or a name',
  date: 'a day as YYYY-MM-DD',
};
const BOUNDS: Readonly<Record<string, string>> = { string: 'have', array: 'have' };
const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

const cut = (name: string): string => (name.length > MAX_NAMED ? `${name.slice(0, MAX_NAMED).toWellFormed()}…` : name);
