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

describe('parseCommandLine', () => {
  test('returns parameters in order and accepts options anywhere', () => {
    expect(parse('set-plan --allowance 5 acme enterprise --extra-models a,b --extra-models c --json')).toMatchObject({
      kind: 'run',
      parameters: ['acme', 'enterprise'],
      values: { allowance: '5', 'extra-models': ['a,b', 'c'] },
      json: true,
    });
  });

  test.each(['', 'help', '--help', '-h'])('lists all commands when none is given: %j', (line) => {
    const parsed = parse(line);
    for (const { name, summary } of COMMANDS)
      expect(parsed).toMatchObject({ text: expect.stringContaining(`${name} `) && expect.stringContaining(summary) });
  });

  test.each(COMMANDS.map(({ name }) => name))('shows the usage of %s even if parameters are missing', (name) => {
    const parsed = parse(`${name} --help`);
    expect(parsed).toMatchObject({ kind: 'help', text: expect.stringContaining(`npm run admin -- ${name}`) });
    for (const option of Object.keys(COMMANDS.find((command) => command.name === name)?.options ?? {}))
      expect(parsed).toMatchObject({ text: expect.stringContaining(`--${option}`) });
  });

  test.each([
    ['frobnicate', 'unknown command frobnicate'],
    ['set-plan acme', 'usage: npm run admin -- set-plan <slug> <plan> [options]'],
    ['list-orgs acme', 'usage: npm run admin -- list-orgs'],
    ['list-orgs --bogus', "Unknown option '--bogus'"],
    ['set-plan acme free --allowance', 'argument missing'],
    ['erase-org acme --yes=no', 'does not take an argument'],
  ])('refuses wrong usage: %s', (line, words) => {
    const refusal = refusalOf(line);
    expect(refusal.message).toContain(words);
    expect(refusal.message).not.toContain('\n');
    expect(refusal.exitCode).toBe(EXIT.usage);
  });
});

describe('options', () => {
  test('read a limit as a whole number or none', () => {
    expect([limitOf({}, 'x'), limitOf({ x: 'none' }, 'x'), limitOf({ x: '12' }, 'x')]).toEqual([undefined, null, 12]);
    for (const x of ['-1', '1.5', '1e3', '99999999999999999', 'many'])
      expect(() => limitOf({ x }, 'x')).toThrow('whole number');
  });

  test('join a list that is given in several options', () => {
    expect(listOf({ x: ['a, b', 'c,'] }, 'x')).toEqual(['a', 'b', 'c']);
  });
});

test('plain makes control characters visible', () => {
  expect(plain('Ac\u001b[31mme\u202e\n')).toBe('Ac\ufffd[31mme\ufffd\ufffd');
});

test('table makes columns as wide as their widest cell', () => {
  expect(table(['a', 'long'], [['wide', 'b']])).toEqual(['a     long', 'wide  b']);
});

test('defaultRoles lets members see no money and no people in incidents, and change nothing', () => {
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
