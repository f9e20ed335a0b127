import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../project-root.ts';
import { parseDevVars, readSettings } from './dev-vars.ts';

describe('.dev.vars', () => {
  it('reads keys and values, with and without quotes, and skips comments', () => {
    const text = [
      '# a comment',
      'PLAIN=a b=c',
      '  export SPACED = x # a comment',
      'DOUBLE="a # b"',
      "SINGLE='c\"d' # a comment",
      'EMPTY=',
      '',
    ].join('\r\n');
    expect(parseDevVars(text)).toEqual({ PLAIN: 'a b=c', SPACED: 'x', DOUBLE: 'a # b', SINGLE: 'c"d', EMPTY: '' });
  });

  it.each([
    ['A=1\nsk-secret', '.dev.vars line 2 is not KEY=value'],
    ['1A=secret', '.dev.vars line 1 is not KEY=value'],
    ['A="secret', '.dev.vars line 1 opens with " and does not close it'],
    ['A="secret" secret', '.dev.vars line 1 has text after its closing quote'],
  ])('names a line that it can’t parse, but never its text: %j', (text, message) => {
    expect(() => parseDevVars(text)).toThrow(message);
    expect(() => parseDevVars(text)).not.toThrow('secret');
  });

  it('has an example file that parses and sets nothing', () => {
    const example = readFileSync(join(PROJECT_ROOT, '.dev.vars.example'), 'utf8');
    expect(parseDevVars(example)).toEqual({});
    expect(Object.keys(parseDevVars(example.replaceAll(/^# (?=[A-Z_]+=)/gm, '')))).toContain('ANTHROPIC_API_KEY');
  });

  it('is overridden by the environment, and ignores empty values', () => {
    const root = mkdtempSync(join(tmpdir(), 'groundwire-dev-vars-'));
    try {
      expect(readSettings(root, { PORT: '1' })).toEqual({ PORT: '1' });
      writeFileSync(join(root, '.dev.vars'), 'PORT=2\nLOCAL_DIR=x\nOPENAI_API_KEY=\n');
      expect(readSettings(root, { PORT: '1' })).toEqual({ PORT: '1', LOCAL_DIR: 'x' });
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
