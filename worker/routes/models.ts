// The catalog as this org's plan sees it.
import { Hono } from 'hono';
import { ERRORS } from '../../durable/errors.ts';
import { listModels } from '../../durable/providers/catalog.ts';
import { providerConfigOf } from '../../durable/providers/config.ts';
import type { ModelList } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';

export const modelRoutes = new Hono<EdgeEnv>();

modelRoutes.get('/models', (c) => {
  const access = c.get('access');
  const config = providerConfigOf(c.env);
  const { models, defaultModel } = listModels(access.plan, config, access.extraModels);
  const list: ModelList = {
    models: models.map((model) => ({
      id: model.id,
      label: model.label,
      provider: model.provider,
      contextTokens: model.contextTokens,
      maxOutputTokens: model.maxOutputTokens,
      prices: { ...model.prices },
      capabilities: [...model.capabilities],
      lowestPlan: model.lowestPlan,
      allowed: model.allowed,
      reason: model.reason && ERRORS[model.reason].detail,
    })),
    default: defaultModel,
    demo: config.demo,
  };
  return c.json(list);
});
