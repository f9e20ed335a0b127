import { describe, expect, it } from 'vitest';
import { buildBindings, listProviders, type Settings, usesDemoModel } from './worker-bindings.ts';

const keys = {
  claimKey: 'local:c',
  sessionKey: 's',
  masterKeys: 'v1:m',
  auditKeys: 'a1:a',
  ownerPassword: 'o',
  appPassword: 'a',
};

function bindingsFor(settings: Settings): Record<string, string> {
  const demoModelUrl = usesDemoModel(settings) ? 'http://127.0.0.1:1' : undefined;
  return buildBindings({ settings, keys, databaseUrl: 'postgresql://x/y', neonFetchEndpoint: undefined, demoModelUrl });
}

describe('bindings of the local Worker', () => {
  it('point both wires at the demo model when no provider is configured', () => {
    expect(bindingsFor({ PORT: '1' })).toEqual({
      ENVIRONMENT: 'local',
      DATABASE_URL: 'postgresql://x/y',
      CLAIM_KEY: 'local:c',
      SESSION_KEY: 's',
      MASTER_KEYS: 'v1:m',
      AUDIT_KEYS: 'a1:a',
      DEMO_MODEL: '1',
      ANTHROPIC_API_KEY: 'demo',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
      OPENAI_API_KEY: 'demo',
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    });
  });

  it('contain one real provider and no demo model when one key is set', () => {
    const bindings = bindingsFor({ OPENAI_API_KEY: 'sk-x', OPENAI_MODEL: 'm' });
    expect(bindings).toMatchObject({ OPENAI_API_KEY: 'sk-x', OPENAI_MODEL: 'm' });
    expect(Object.keys(bindings)).not.toContain('DEMO_MODEL');
    expect(Object.keys(bindings)).not.toContain('ANTHROPIC_API_KEY');
    expect(Object.keys(bindings)).not.toContain('OPENAI_BASE_URL');
  });

  it('treat a base URL without a key as a provider that needs none', () => {
    expect(listProviders({ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' })).toEqual(['openai']);
    expect(bindingsFor({ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' })).toMatchObject({ OPENAI_API_KEY: 'none' });
  });

  it('prefer keys that the developer set', () => {
    expect(bindingsFor({ CLAIM_KEY: 'k:1', SESSION_KEY: '2' })).toMatchObject({ CLAIM_KEY: 'k:1', SESSION_KEY: '2' });
  });

  it('contain nothing else from the environment', () => {
    expect(Object.keys(bindingsFor({ HOME: '/x', AWS_SECRET: 'y' }))).not.toContain('AWS_SECRET');
  });
});
