// To come with its own commit.
export const ProvidersPage = () => null;
