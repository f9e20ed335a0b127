// The catalog of models, as the org's plan and settings allow them.
import { programsOf } from '../../../durable/conversation/prompt/turn-scope.ts';
import { ERRORS } from '../../../durable/errors.ts';
import { listModels } from '../../../durable/providers/models/catalog.ts';
import { effectiveSettingsOf } from '../../../durable/providers/settings/config.ts';
import { requireScope } from '../../admission/named-scope.ts';
import { assistantPaths, defineRoute } from '../../routing/define-route.ts';
import { ModelList, ModelListQuery } from './models-schema.ts';

export const modelRoutes = [
  defineRoute({
    method: 'get',
    paths: assistantPaths('/models'),
    tag: 'assistant',
    permission: 'member',
    feature: 'assistant',
    rights: 'confirmed',
    summary: 'List models',
    description: 'Shows which ones the plan and the settings allow.',
    query: ModelListQuery,
    reply: { status: 200, description: 'The catalog.', schema: ModelList },
    handler: async (c, { query: { programId = null } }) => {
      const { plan, extraModels, modelOverrides, orgId } = c.get('access');
      const programs = programsOf(null, await requireScope(c, { programId, designId: null }));
      const { config } = effectiveSettingsOf(c.env, { orgId, settings: c.get('settings'), programs, modelOverrides });
      const { models, defaultModel } = listModels(plan, config, extraModels);
      return {
        models: models.map((model) => ({
          id: model.id,
          label: model.label,
          provider: model.provider,
          contextTokens: model.contextTokens,
          maxOutputTokens: model.maxOutputTokens,
          prices: { ...model.prices },
          isPriced: model.isPriced,
          capabilities: [...model.capabilities],
          lifecycle: { ...model.state },
          efforts: [...model.efforts],
          defaultEffort: model.defaultEffort,
          lowestPlan: model.lowestPlan,
          allowed: model.allowed,
          reason: model.reason && ERRORS[model.reason].detail,
        })),
        default: defaultModel,
        demo: config.demo,
      };
    },
  }),
];
