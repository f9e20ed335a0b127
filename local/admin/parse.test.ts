import { describe, expect, test } from 'vitest';
import { AdminError, EXIT } from './command.ts';
import { defaultRoles } from './commands/create-org.ts';
import { COMMANDS } from './commands.ts';
import { limitOf, listOf } from './options.ts';
import { parseCommandLine } from './parse.ts';
import { plain, table } from './terminal.ts';

const parse = (line: string) => parseCommandLine(line.split(' ').filter(Boolean), COMMANDS);

function refusalOf(line: string): AdminError {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof AdminError) return error;
    throw error;
  }
  throw new Error(`${line} was taken`);
}

describe('a command line', () => {
  test('gives parameters in order, options wherever they stand', () => {
    expect(parse('set-plan --allowance 5 acme enterprise --extra-models a,b --extra-models c --json')).toMatchObject({
      kind: 'run',
      parameters: ['acme', 'enterprise'],
      values: { allowance: '5', 'extra-models': ['a,b', 'c'] },
      json: true,
    });
  });

  test.each(['', 'help', '--help', '-h'])('without a command it lists them all: %j', (line) => {
    const parsed = parse(line);
    for (const { name, summary } of COMMANDS)
      expect(parsed).toMatchObject({ text: expect.stringContaining(`${name} `) && expect.stringContaining(summary) });
  });

  test.each(COMMANDS.map(({ name }) => name))('%s says how it is used, whatever else is missing', (name) => {
    const parsed = parse(`${name} --help`);
    expect(parsed).toMatchObject({ kind: 'help', text: expect.stringContaining(`npm run admin -- ${name}`) });
    for (const option of Object.keys(COMMANDS.find((command) => command.name === name)?.options ?? {}))
      expect(parsed).toMatchObject({ text: expect.stringContaining(`--${option}`) });
  });

  test.each([
    ['frobnicate', 'there is no command frobnicate'],
    ['set-plan acme', 'usage: npm run admin -- set-plan <slug> <plan> [options]'],
    ['list-orgs acme', 'usage: npm run admin -- list-orgs'],
    ['list-orgs --bogus', "Unknown option '--bogus'"],
    ['set-plan acme free --allowance', 'argument missing'],
    ['erase-org acme --yes=no', 'does not take an argument'],
  ])('is refused as wrong usage: %s', (line, words) => {
    const refusal = refusalOf(line);
    expect(refusal.message).toContain(words);
    expect(refusal.message).not.toContain('\n');
    expect(refusal.exitCode).toBe(EXIT.usage);
  });
});

describe('options', () => {
  test('a limit is a whole number, or none', () => {
    expect([limitOf({}, 'x'), limitOf({ x: 'none' }, 'x'), limitOf({ x: '12' }, 'x')]).toEqual([undefined, null, 12]);
    for (const x of ['-1', '1.5', '1e3', '99999999999999999', 'many'])
      expect(() => limitOf({ x }, 'x')).toThrow('whole number');
  });

  test('a list may be given in pieces', () => {
    expect(listOf({ x: ['a, b', 'c,'] }, 'x')).toEqual(['a', 'b', 'c']);
  });
});

test('what a terminal would act on is made visible', () => {
  expect(plain('Ac\u001b[31mme\u202e\n')).toBe('Ac\ufffd[31mme\ufffd\ufffd');
});

test('a table has columns as wide as what is in them', () => {
  expect(table(['a', 'long'], [['wide', 'b']])).toEqual(['a     long', 'wide  b']);
});

test('members of a new org see no money and nobody’s accident, and change nothing', () => {
  const roles = defaultRoles(['plm', 'production']);
  const [admin, member, engineer] = roles;
  expect(admin?.permissions).toEqual(expect.arrayContaining(['members:manage', 'programs:all', 'finance:read']));
  for (const denied of ['finance:read', 'incidents:parties', 'programs:all', 'parts:create', 'members:manage'])
    expect(member?.permissions).not.toContain(denied);
  expect(engineer?.permissions).toEqual(expect.arrayContaining(['parts:create', 'change_orders:update']));
  expect(engineer?.permissions).not.toContain('programs:all');
  for (const role of roles)
    expect(role.permissions.every((permission) => admin?.permissions.includes(permission))).toBe(true);
});
