import { describe, expect, test } from 'vitest';
import { AllowedOrigins, MAX_ALLOWED_ORIGINS, originFault } from './allowed-origins.ts';

describe('an allowed origin', () => {
  test.each([
    'https://app.example.com',
    'https://app.example.com:8443',
    'https://xn--mnchen-3ya.example',
    'https://192.0.2.7',
    'https://[2001:db8::1]:8443',
    'http://localhost',
    'http://localhost:5173',
    'http://127.0.0.1:8080',
    'http://[::1]:3000',
  ])('%s is accepted', (origin) => {
    expect(originFault(origin)).toBeNull();
  });

  test.each([
    ['', 'Enter an origin'],
    ['null', 'sandboxed'],
    ['*', 'Wildcards'],
    ['https://*.example.com', 'Wildcards'],
    ['app.example.com', 'https://'],
    ['//app.example.com', 'https://'],
    ['javascript:alert(1)', 'https://'],
    ['file:///etc/passwd', 'https://'],
    ['https://', 'isn’t a web address'],
    ['https://app.example.com:99999', 'isn’t a web address'],
    ['https://a.example https://b.example', 'one origin'],
    ['https://app.example.com\n', 'one origin'],
    ['https://ada@app.example.com', 'user name'],
    ['https://ada:secret@app.example.com', 'user name'],
    ['http://app.example.com', 'Use https'],
    ['http://localhost.evil.test', 'Use https'],
    ['https://app.example.com/', 'https://app.example.com'],
    ['https://app.example.com/tickets', 'Leave out everything after the host'],
    ['https://app.example.com?', 'Leave out everything after the host'],
    ['https://app.example.com#top', 'Leave out everything after the host'],
    ['https://app.example.com:443', 'as browsers send it: https://app.example.com'],
    ['http://localhost:80', 'as browsers send it: http://localhost'],
    ['https://App.Example.com', 'as browsers send it: https://app.example.com'],
    ['https://münchen.example', 'https://xn--mnchen-3ya.example'],
    ['https://app.example.com\\evil', 'as browsers send it'],
    ['https://app.example.com.', 'dot'],
    ["https://app.example.com;script-src'self'", 'characters'],
    ['https://app_1.example.com', 'characters'],
    [`https://${'a'.repeat(260)}.example`, 'at most'],
  ])('%j is refused in words', (origin, words) => {
    expect(originFault(origin)).toContain(words);
  });
});

describe('the list', () => {
  test('is limited and has no duplicates', () => {
    const many = Array.from({ length: MAX_ALLOWED_ORIGINS }, (_none, index) => `https://a${index}.example`);
    expect(AllowedOrigins.safeParse(many).success).toBe(true);
    expect(AllowedOrigins.safeParse([...many, 'https://one-more.example']).success).toBe(false);
    expect(AllowedOrigins.safeParse(['https://a.example', 'https://a.example']).success).toBe(false);
  });
});
