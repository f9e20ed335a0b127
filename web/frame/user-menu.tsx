// Who is signed in and where, the organisation they act in, the theme, and the way out.
import { useQueryClient } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import type { Me } from '../../worker/contract.ts';
import { chooseOrg, signOut } from '../api.ts';
import { Avatar } from '../design/avatar.tsx';
import { Menu } from '../design/menu.tsx';
import type { MenuEntry } from '../design/menu-entry.ts';
import { setTheme, type Theme, useTheme } from '../design/theme.ts';

const THEMES: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

export function UserMenu({ me }: { me: Me }) {
  const theme = useTheme();
  const queries = useQueryClient();
  // Another organisation is another set of everything: a fresh page is the surest way to keep nothing of the last one.
  const enter = (slug: string) => void chooseOrg(slug).then(() => location.assign('/chat'));
  const leave = () =>
    void signOut().then(({ next }) => {
      queries.clear();
      location.assign(next);
    });
  const entries: MenuEntry[] = [
    { kind: 'heading', content: <Who me={me} /> },
    { kind: 'separator' },
    ...(me.orgs.length > 1 ? [orgChoice(me, enter), { kind: 'separator' } as const] : []),
    {
      kind: 'choices',
      label: 'Theme',
      value: theme,
      choices: THEMES,
      onChange: (value) => setTheme(value as Theme),
    },
    { kind: 'separator' },
    { kind: 'item', label: 'Sign out', icon: <LogOut size={16} aria-hidden />, onSelect: leave },
  ];
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`${me.user.name}, ${me.org.name}: account menu`}
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-full touch:size-11"
        >
          <Avatar name={me.user.name} />
        </button>
      }
      entries={entries}
    />
  );
}

function Who({ me }: { me: Me }) {
  return (
    <>
      <div className="font-medium">{me.user.name}</div>
      <div className="text-small text-muted">{me.user.email}</div>
      <div className="text-small text-muted">
        {me.org.name} · {me.org.role}
      </div>
    </>
  );
}

function orgChoice(me: Me, enter: (slug: string) => void): MenuEntry {
  const choices = me.orgs.map((org) => ({ value: org.slug, label: org.name, note: org.role }));
  return { kind: 'choices', label: 'Organisation', value: me.org.slug, choices, onChange: enter };
}
