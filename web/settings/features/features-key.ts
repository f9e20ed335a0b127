// Under which key the page keeps what the server said of the features.
export const FEATURES_KEY = ['settings', 'features'] as const;
