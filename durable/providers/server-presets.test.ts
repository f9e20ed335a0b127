import { describe, expect, test } from 'vitest';
import { defaultWire, findProvider, findWire } from './registry.ts';
import { SERVER_PRESETS } from './server-presets.ts';
import { readHostRules } from './settings/provider-hosts.ts';
import { changeSlot, NO_SLOT } from './settings/settings-change.ts';

describe.each(SERVER_PRESETS)('$label', (preset) => {
  const { provider, baseUrl, wire, needsKey } = preset;
  const row = findProvider(provider);

  test('names a provider and an API that it may speak', () => {
    expect(row).toBeDefined();
    if (row && wire !== null) expect(findWire(row, wire)).toBe(wire);
  });

  test('can be saved as it is, once its host is allowed', () => {
    // An operator lists the host of a resource or of a company's own server.
    const hosts = readHostRules('your-resource.openai.azure.com', { allowLocalHttp: true });
    const apiKey = needsKey ? 'sk-0123456789abcdef' : undefined;
    const input = { provider, model: 'any-model', baseUrl, wire, apiKey };
    const { issues, values } = changeSlot({ values: NO_SLOT, hasKey: false }, input, { slot: 'primary', hosts });
    expect(issues).toEqual([]);
    expect(values.wire).toBe(wire);
  });

  test('repeats no default', () => {
    if (row && baseUrl !== null) {
      expect(baseUrl).not.toBe(row.baseUrl);
      expect(wire).not.toBe(defaultWire(row, baseUrl));
    }
  });
});
