import { describe, expect, test } from 'vitest';
import { acceptBaseUrl, readHostRules } from './provider-hosts.ts';

const RULES = readHostRules('gateway.example, models.example:8443, 93.184.216.34, 10.0.0.7, [fd00::1], box.internal', {
  allowLocalHttp: false,
});

describe('a base URL of the settings (R26)', () => {
  test.each([
    ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
    ['https://openrouter.ai/api/v1/', 'https://openrouter.ai/api/v1'],
    ['HTTPS://Gateway.EXAMPLE/openai/', 'https://gateway.example/openai'],
    ['https://gateway.example:443', 'https://gateway.example'],
    ['https://models.example:8443/v1', 'https://models.example:8443/v1'],
    ['https://93.184.216.34/v1', 'https://93.184.216.34/v1'],
    ['https://gateway.example/a/../b', 'https://gateway.example/b'],
  ])('%s is taken as %s', (text, expected) => {
    expect(acceptBaseUrl(text, RULES)).toBe(expected);
  });

  test.each([
    ['another scheme', 'http://gateway.example'],
    ['another scheme', 'ftp://gateway.example'],
    ['no scheme', 'gateway.example/v1'],
    ['user info', 'https://user@gateway.example'],
    ['user info that looks like a host', 'https://gateway.example@evil.example/'],
    ['a query', 'https://gateway.example/v1?key=x'],
    ['a fragment', 'https://gateway.example/v1#x'],
    ['a host that is not listed', 'https://evil.example'],
    ['a host below a listed one', 'https://a.gateway.example'],
    ['a host that ends like a listed one', 'https://evilgateway.example'],
    ['a host that begins like a listed one', 'https://gateway.example.evil.example'],
    ['the root dot', 'https://gateway.example./v1'],
    ['another port', 'https://gateway.example:8443'],
    ['the usual port of a host listed with another', 'https://models.example/v1'],
    ['a look-alike', 'https://gatewаy.example'],
    ['a private address, listed or not', 'https://10.0.0.7/v1'],
    ['a private address in IPv6, listed or not', 'https://[fd00::1]/v1'],
    ['an internal name, listed or not', 'https://box.internal'],
    ['plain http to this machine in production', 'http://localhost:11434/v1'],
    ['nothing', ''],
  ])('%s is refused: %s', (_why, text) => {
    expect(acceptBaseUrl(text, RULES)).toBeNull();
  });

  test.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.0.1',
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fc00::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    'localhost',
    'a.localhost',
    'printer.local',
    'metadata.google.internal',
  ])('%s is refused even where an operator lists it', (host) => {
    const rules = readHostRules(host, { allowLocalHttp: false });
    expect(acceptBaseUrl(`https://${host}/v1`, rules)).toBeNull();
  });

  test('accepts plain http to this machine only in development', () => {
    const rules = readHostRules(undefined, { allowLocalHttp: true });
    expect(acceptBaseUrl('http://localhost:11434/v1', rules)).toBe('http://localhost:11434/v1');
    expect(acceptBaseUrl('http://127.0.0.1:4010', rules)).toBe('http://127.0.0.1:4010');
    for (const url of ['http://gateway.example', 'http://192.168.0.2', 'http://localhost.evil.example']) {
      expect(acceptBaseUrl(url, rules)).toBeNull();
    }
  });
});
