// Explains a refused tool call in words the model can relay and act on. Never includes a database's or library's message.
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
    ? refuse(
        'REPEATED',
        'This call was already made twice in this turn with the same arguments. Use the results you have.',
      )
    : refuse('TOO_MANY_CALLS', 'This turn has reached its limit of tool calls.');
}

export const refuseUnknownTool = (names: Iterable<string>): ToolRefusal =>
  refuse('UNKNOWN_TOOL', 'There is no tool with this name.', { tools: [...names] });

export const refuseBrokenArguments = (): ToolRefusal =>
  refuse('INVALID_ARGUMENTS', 'The arguments are not a JSON object, or are nested too deeply. Nothing was done.');

export function refuseArguments(error: z.ZodError): ToolRefusal {
  const issues = error.issues.slice(0, MAX_ISSUES).map(describeIssue);
  const confirms = error.issues.some((issue) => issue.code === 'unrecognized_keys' && issue.keys.some(isConfirmation));
  const why = confirms ? ' Only the user can approve, on the card that the page shows for the call.' : '';
  return refuse(
    'INVALID_ARGUMENTS',
    `The arguments do not match the schema: ${issues.join('; ')}. Nothing was done.${why}`,
  );
}

/** Null if the role has at least one of the permissions the tool accepts. */
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

/** Explains a thrown error to the user; null if it is our own bug. */
export function refuseFault(error: unknown): ToolRefusal | null {
  const kind = getDatabaseFault(error)?.kind;
  return kind === undefined ? null : FAULTS[kind];
}

/** True if the database may have run the statement although no response arrived. */
export function isUncertain(error: unknown): boolean {
  const fault = getDatabaseFault(error);
  // Any other error may have been thrown before or after the statement ran.
  return fault === null || fault.kind === 'unavailable' || (fault.kind === 'timeout' && fault.sqlstate === null);
}

const MAX_ISSUES = 8;
const MAX_NAMED = 80;

const UNAVAILABLE = refuse(
  'DATABASE_UNAVAILABLE',
  'The database is not responding. Nothing was changed. Try again in a minute.',
);
const DENIED = refuse('FORBIDDEN', 'You do not have permission to do this. Nothing was changed.');
const FAULTS: Readonly<Record<NonNullable<ReturnType<typeof getDatabaseFault>>['kind'], ToolRefusal>> = {
  unavailable: UNAVAILABLE,
  misconfigured: UNAVAILABLE,
  timeout: refuse('TIMEOUT', 'This took too long and was stopped. Nothing was changed. Request less data at once.'),
  contended: refuse(
    'CONTENDED',
    'Someone else changed the same data at the same time. Nothing was changed. Try again.',
  ),
  denied: DENIED,
  read_only: DENIED,
  duplicate: refuse('DUPLICATE', 'A record with the same key already exists. Nothing was changed.'),
  invalid: refuse('INVALID', 'The data breaks a rule of the database. Nothing was changed.'),
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
      // Written in our own schemas.
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
