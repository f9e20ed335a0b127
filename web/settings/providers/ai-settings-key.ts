// Under which key the page keeps what the server said of a scope; all of them stand below the first part.
export const ALL_AI_SETTINGS = ['settings', 'ai'] as const;
export const aiSettingsKey = (program: string | null) => [...ALL_AI_SETTINGS, program] as const;
