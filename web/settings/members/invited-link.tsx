// The link of an invitation that was just made, to be copied and handed over. It is shown here and never again.
import { Check, Copy, MailCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Invited } from '../../../worker/members-contract.ts';
import { Button } from '../../design/button.tsx';
import { TextField } from '../../design/text-field.tsx';

export function InvitedLink({ invited, onDone }: { invited: Invited; onDone: () => void }) {
  const { link, sent, invitation } = invited;
  const [copied, setCopied] = useState(false);
  const copyButton = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    setCopied(false);
    copyButton.current?.focus();
  }, []);
  const copy = () => {
    // Without permission nothing is copied; the link stands there to be taken by hand.
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
              ? 'The link was sent to them. Copy it as well if you like: it is shown only here and now.'
              : 'No mail was sent: copy the link and hand it over. It is shown only here and now.'}
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
