// The user menu: account, organization, theme and sign-out.
import { useQueryClient } from '@tanstack/react-query';
import { LogOut, MonitorSmartphone } from 'lucide-react';
import { useLocation } from 'wouter';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { chooseOrg, signOut } from '../api.ts';
import { Avatar } from '../design/avatar.tsx';
import { Menu } from '../design/overlays/menu.tsx';
import type { MenuEntry } from '../design/overlays/menu-list.tsx';
import { setTheme, type Theme, useTheme } from '../design/theme.ts';
import { useDeletes } from '../sessions/use-deletes.ts';

const THEMES: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

export function UserMenu({ me }: { me: Me }) {
  const [, navigate] = useLocation();
  const theme = useTheme();
  const queries = useQueryClient();
  const deletes = useDeletes();
  const switchOrg = (slug: string) => {
    // Later, the request would be refused as one of another organization.
    deletes.commit();
    // Load a new page, so that nothing of the previous organization stays in memory.
    void chooseOrg(slug).then(() => location.assign('/chat'));
  };
  const leave = () => {
    deletes.commit();
    void signOut().then(({ next }) => {
      queries.clear();
      location.assign(next);
    });
  };
  const entries: MenuEntry[] = [
    { kind: 'heading', content: <Who me={me} /> },
    { kind: 'separator' },
    ...(me.orgs.length > 1 ? [orgChoice(me, switchOrg), { kind: 'separator' } as const] : []),
    {
      kind: 'choices',
      label: 'Theme',
      value: theme,
      choices: THEMES,
      onChange: (value) => setTheme(value as Theme),
    },
    { kind: 'separator' },
    {
      kind: 'item',
      label: 'Your sign-ins',
      icon: <MonitorSmartphone size={16} aria-hidden />,
      onSelect: () => navigate('/settings/sign-ins'),
    },
    { kind: 'item', label: 'Sign out', icon: <LogOut size={16} aria-hidden />, onSelect: leave },
  ];
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`Account menu: ${me.user.name}, ${me.org.name}`}
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

function orgChoice(me: Me, switchOrg: (slug: string) => void): MenuEntry {
  const choices = me.orgs.map((org) => ({ value: org.slug, label: org.name, note: org.role }));
  return { kind: 'choices', label: 'Organization', value: me.org.slug, choices, onChange: switchOrg };
}
