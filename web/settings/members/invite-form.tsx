// Invites someone by email and shows the link, which isn't shown again.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, Copy, MailCheck, UserRoundPlus } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Invited, Role } from '../../../worker/api/members/members-schema.ts';
import { useUnsentText } from '../../boundary/unsent-text.ts';
import { Button } from '../../design/controls/button.tsx';
import { SelectField } from '../../design/controls/select-field.tsx';
import { TextField } from '../../design/controls/text-field.tsx';
import { Problem } from '../../problem.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { INVITATIONS_KEY, invite } from '../settings-api.ts';
import { issuesOf } from '../settings-conflict.ts';
import { leastPrivilegedRole, roleOptions } from './role-choice.ts';
import { Section } from './section.tsx';

export function InviteForm({ roles }: { roles: readonly Role[] }) {
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState(() => leastPrivilegedRole(roles));
  const send = useMutation({
    mutationFn: () => invite({ email: email.trim(), role }),
    onSuccess: () => {
      setEmail('');
      void queries.invalidateQueries({ queryKey: INVITATIONS_KEY });
    },
  });
  useUnsentText(email.trim() !== '');
  const { error } = send;
  const emailError = error && describeEmailError(error);
  useEffect(() => {
    if (emailError) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [emailError]);
  return (
    <Section title="Invite someone" note="The link works once, expires in 7 days and is valid only for this email.">
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

/** The error to show at the email field; null if the error isn't about the email. */
function describeEmailError(error: Error): string | null {
  if (issuesOf(error).has('email')) return 'Enter a full email address, like name@example.com.';
  return error instanceof Problem && error.code === 'ALREADY_MEMBER' ? error.detail : null;
}

/** The link of a new invitation, ready to copy. The server never returns it again. */
function InvitedLink({ invited, onDone }: { invited: Invited; onDone: () => void }) {
  const { link, sent, invitation } = invited;
  const [copied, setCopied] = useState(false);
  const copyButton = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    setCopied(false);
    copyButton.current?.focus();
  }, []);
  const copy = () => {
    // Without clipboard permission nothing is copied; the user can select the link instead.
    navigator.clipboard.writeText(link).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div
      role="status"
      className="flex animate-enter flex-col gap-3 rounded-card border border-on-good/30 bg-good/40 p-4"
    >
      <p className="flex items-start gap-2 font-medium">
        <MailCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-on-good" />
        <span className="min-w-0 break-words">
          {invitation.email} is invited as {invitation.role}.{' '}
          <span className="font-normal">
            {sent
              ? 'The link was emailed to them. You can also copy it now; it won’t be shown again.'
              : 'No email was sent. Copy the link now; it won’t be shown again.'}
          </span>
        </span>
      </p>
      <TextField
        label="Link"
        mono
        readOnly
        dir="ltr"
        value={link}
        onChange={() => {}}
        onFocus={(event) => event.target.select()}
      />
      <div className="flex flex-wrap gap-2">
        <Button ref={copyButton} tone="primary" onClick={copy}>
          {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
          {copied ? 'Copied' : 'Copy link'}
        </Button>
        <Button tone="quiet" onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}
