// What a tab shows whose user or organization has changed in another tab. Loaded on demand: few people ever see it.
import { useQueryClient } from '@tanstack/react-query';
import { UsersRound } from 'lucide-react';
import { useState } from 'react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { chooseOrg } from '../api.ts';
import { Button } from '../design/controls/button.tsx';
import { Dialog } from '../design/overlays/dialog.tsx';
import { showToast } from '../design/overlays/toasts.ts';
import { PageState } from '../design/page-state.tsx';
import { KEYS } from '../queries.ts';

export function OtherOrg({ me, current }: { me: Me; current: Me | null }) {
  const queries = useQueryClient();
  // Browsers let a second Esc close any dialog; a new one then opens.
  const [opened, setOpened] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const here = me.org.name;
  const isStillMember = current?.orgs.some(({ slug }) => slug === me.org.slug) ?? false;
  const switchBack = async () => {
    setBusy(true);
    try {
      await chooseOrg(me.org.slug);
      await queries.invalidateQueries({ queryKey: KEYS.currentMe });
    } catch {
      showToast({ words: `Couldn’t switch back to ${here}. Try again.` });
    }
    setBusy(false);
  };
  return (
    <Dialog
      key={opened}
      open
      mustChoose
      onClose={() => setOpened(opened + 1)}
      title={titleOf(me, current, isStillMember)}
      description={`This tab still shows ${here}. Nothing was changed in ${current?.org.name ?? 'another organization'}. An unsent message stays saved in ${here}.`}
      actions={
        <>
          {isStillMember && (
            <Button busy={isBusy} onClick={() => void switchBack()}>
              Switch back to {here}
            </Button>
          )}
          <Button tone="primary" onClick={reload}>
            {current === null ? 'Reload' : `Reload for ${current.org.name}`}
          </Button>
        </>
      }
    />
  );
}

function titleOf(me: Me, current: Me | null, isStillMember: boolean): string {
  if (current === null) return 'This tab is out of date';
  return isStillMember
    ? `You switched to ${current.org.name} in another tab`
    : `You no longer have access to ${me.org.name}`;
}

export const OtherUser = ({ me, current }: { me: Me; current: Me }) => (
  <main className="flex h-dvh bg-canvas">
    <PageState
      level={1}
      icon={UsersRound}
      title={`You signed in as ${current.user.name} in another tab`}
      actions={
        <Button tone="primary" onClick={reload}>
          Reload as {current.user.name}
        </Button>
      }
    >
      This tab was opened by {me.user.name}, whose unsent messages stay saved.
    </PageState>
  </main>
);

/** What the address names belongs to the old organization, so open the same part of the product. */
function reload(): void {
  const [, part = ''] = location.pathname.split('/');
  location.assign(`/${part}`);
}
