// The models that the demo model answers for. Any other id is answered too, as compatible endpoints do.

const MODELS = [
  { id: 'claude-sonnet-4-6', label: 'Claude Sonnet 4.6' },
  { id: 'claude-opus-4-7', label: 'Claude Opus 4.7' },
  { id: 'gpt-4.1', label: 'GPT-4.1' },
  { id: 'gemini-2.0-flash', label: 'Gemini 2.0 Flash' },
  { id: 'llama3.2', label: 'Llama 3.2' },
];
const LISTED_SINCE = 1_767_225_600;

export function listForOpenAi(): unknown {
  const data = MODELS.map(({ id }) => ({ id, object: 'model', created: LISTED_SINCE, owned_by: 'demo-model' }));
  return { object: 'list', data };
}

export function listForAnthropic(): unknown {
  const data = MODELS.filter(({ id }) => id.startsWith('claude')).map(({ id, label }) => ({
    type: 'model',
    id,
    display_name: `${label} (demo model, no AI)`,
    created_at: new Date(LISTED_SINCE * 1000).toISOString(),
  }));
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}
