// To come with its own commit.
export const MembersPage = () => null;
