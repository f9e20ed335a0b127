// To come with its own commit.
export const FeaturesPage = () => null;
