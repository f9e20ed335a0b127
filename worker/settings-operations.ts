// The settings part of the API's operations; see operations.ts.
import type { Operation } from './operation.ts';
import {
  AiSettingsChange,
  AiSettingsQuery,
  AiSettingsTest,
  AiSettingsTestResult,
  AiSettingsView,
  ExperimentalFeatureList,
  ExperimentalFeaturesChange,
  NewAiSettings,
} from './settings-contract.ts';

const IN_FORCE = 'In force for everybody within 30 seconds, and at once for whoever loads the page anew.';

export const SETTINGS_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/settings',
    group: 'assistant',
    summary: 'Read provider settings',
    description:
      'What holds for the org or one of its programs, where each value comes from, and what its own row says.',
    query: AiSettingsQuery,
    reply: { status: 200, description: 'The settings. A key is never among them.', schema: AiSettingsView },
  },
  {
    method: 'post',
    path: '/settings',
    group: 'assistant',
    summary: 'Create provider settings',
    description: `Needs \`ai_settings:create\`. ${IN_FORCE}`,
    query: AiSettingsQuery,
    body: NewAiSettings,
    reply: { status: 201, description: 'The settings.', schema: AiSettingsView },
    errors: ['FORBIDDEN', 'SETTINGS_EXIST'],
  },
  {
    method: 'put',
    path: '/settings',
    group: 'assistant',
    summary: 'Change provider settings',
    description: `Needs \`ai_settings:update\`. With \`version\`, a change that somebody else made meanwhile is a conflict that names both values. ${IN_FORCE}`,
    query: AiSettingsQuery,
    body: AiSettingsChange,
    reply: { status: 200, description: 'The settings.', schema: AiSettingsView },
    errors: ['FORBIDDEN', 'SETTINGS_CONFLICT'],
  },
  {
    method: 'delete',
    path: '/settings',
    group: 'assistant',
    summary: 'Remove provider settings',
    description: 'Needs `ai_settings:update`. The scope goes back to what the next one has; its keys are erased.',
    query: AiSettingsQuery,
    reply: { status: 204, description: 'They are gone.' },
    errors: ['FORBIDDEN'],
  },
  {
    method: 'post',
    path: '/settings/test',
    group: 'assistant',
    summary: 'Try provider settings out',
    description:
      'Asks the provider one small question, with what is sent over what is stored. Needs `ai_settings:create` or `ai_settings:update`.',
    query: AiSettingsQuery,
    body: AiSettingsTest,
    reply: { status: 200, description: 'Whether it answered.', schema: AiSettingsTestResult },
    errors: ['FORBIDDEN', 'QUOTA_EXCEEDED', 'BUDGET_UNAVAILABLE'],
  },
  {
    method: 'get',
    path: '/api/v1/settings/experimental-features',
    group: 'account',
    summary: 'List experimental features',
    reply: { status: 200, description: 'All there are, and which are on.', schema: ExperimentalFeatureList },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
  },
  {
    method: 'put',
    path: '/api/v1/settings/experimental-features',
    group: 'account',
    summary: 'Turn experimental features on or off',
    description: `Needs \`settings:update\`. A version that is no longer the stored one is a conflict that names both values. ${IN_FORCE}`,
    body: ExperimentalFeaturesChange,
    reply: { status: 200, description: 'All there are, and which are on.', schema: ExperimentalFeatureList },
    errors: ['NOT_FOUND', 'FORBIDDEN', 'SETTINGS_CONFLICT', 'DATABASE_UNAVAILABLE'],
  },
];
