// Invites somebody by their address, and shows the link, which is told only this once.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { UserRoundPlus } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Role } from '../../../worker/members-contract.ts';
import { Button } from '../../design/button.tsx';
import { SelectField } from '../../design/select-field.tsx';
import { TextField } from '../../design/text-field.tsx';
import { Problem } from '../../problem.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { invite } from '../settings-api.ts';
import { issuesOf } from '../settings-conflict.ts';
import { InvitedLink } from './invited-link.tsx';
import { INVITATIONS_KEY } from './members-key.ts';
import { modestRole, roleOptions } from './role-choice.ts';
import { Section } from './section.tsx';

export function InviteForm({ roles }: { roles: readonly Role[] }) {
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState(() => modestRole(roles));
  const send = useMutation({
    mutationFn: () => invite({ email: email.trim(), role }),
    onSuccess: () => {
      setEmail('');
      void queries.invalidateQueries({ queryKey: INVITATIONS_KEY });
    },
  });
  const { error } = send;
  const emailError = error && emailWords(error);
  useEffect(() => {
    if (emailError) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [emailError]);
  return (
    <Section
      title="Invite somebody"
      note="They join by a link that is good once, for seven days, and only for whoever signs in with this address."
    >
      <form
        ref={form}
        noValidate
        className="grid items-start gap-4 rounded-card border border-line-strong bg-raised p-4 shadow-raised sm:grid-cols-[minmax(0,1fr)_12rem_auto]"
        onSubmit={(event) => {
          event.preventDefault();
          if (!send.isPending) send.mutate();
        }}
      >
        <TextField
          label="Email address"
          type="email"
          inputMode="email"
          autoComplete="off"
          value={email}
          onChange={setEmail}
          error={emailError}
        />
        <SelectField label="Role" value={role} onChange={setRole} options={roleOptions(roles)} />
        <Button type="submit" tone="primary" size="large" busy={send.isPending} className="sm:mt-6.5">
          {!send.isPending && <UserRoundPlus size={16} aria-hidden />}
          Invite
        </Button>
      </form>
      {error && !emailError && <ProblemBanner error={error} />}
      {send.data && <InvitedLink invited={send.data} onDone={send.reset} />}
    </Section>
  );
}

/** What is wrong with the address, where that is what is wrong. */
function emailWords(error: Error): string | null {
  if (issuesOf(error).has('email')) return 'Enter a whole address, like name@example.com.';
  return error instanceof Problem && error.code === 'ALREADY_MEMBER' ? error.detail : null;
}
