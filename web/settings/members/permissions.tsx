// What a role permits, in words; by its id where the product has no words for it.
import { Check } from 'lucide-react';
import type { Role } from '../../../worker/members-contract.ts';

export function Permissions({ permissions }: Pick<Role, 'permissions'>) {
  if (permissions.length === 0) return <p className="text-small text-muted">Nothing beyond using the assistant.</p>;
  return (
    <ul className="flex flex-col gap-1.5">
      {permissions.map(({ id, words }) => (
        <li key={id} className="flex items-start gap-2 text-small">
          <Check size={14} strokeWidth={2} aria-hidden className="mt-[3px] shrink-0 text-accent" />
          <span className="min-w-0">
            {words ?? 'A right that this product does not know:'}{' '}
            <span className="font-mono text-meta text-muted [overflow-wrap:anywhere]">{id}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
