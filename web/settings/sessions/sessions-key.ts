// Under which the rules on kept conversations are known to the queries.
export const SESSION_RULES_KEY = ['session-rules'] as const;
