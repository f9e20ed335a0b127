// The catalog as this org's plan sees it.
import { Hono } from 'hono';
import { programsOf } from '../../durable/conversation/turn-scope.ts';
import { ERRORS } from '../../durable/errors.ts';
import { listModels } from '../../durable/providers/catalog.ts';
import { effectiveSettingsOf } from '../../durable/providers/config.ts';
import { type ModelList, ModelListQuery } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { requireScope } from '../named-scope.ts';
import { parseInput } from '../problem.ts';

export const modelRoutes = new Hono<EdgeEnv>();

modelRoutes.get('/models', async (c) => {
  const { programId = null } = parseInput(ModelListQuery, c.req.query());
  const { plan, extraModels, orgId } = c.get('access');
  const programs = programsOf(null, await requireScope(c, { programId, designId: null }));
  const { config } = effectiveSettingsOf(c.env, { orgId, settings: c.get('settings'), programs });
  const { models, defaultModel } = listModels(plan, config, extraModels);
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
