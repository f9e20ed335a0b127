// Who, what, with which tool, what went wrong, when: each a part of the page's address.
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import type { Me } from '../../../worker/contract.ts';
import { Button } from '../../design/button.tsx';
import { SelectField } from '../../design/select-field.tsx';
import { TextField } from '../../design/text-field.tsx';
import type { AuditFilter } from '../records-api.ts';
import { has } from '../settings-access.ts';
import { getMembers } from '../settings-api.ts';
import { NO_FILTER } from './audit-filter.ts';
import { EVENT_WORDS } from './event-words.ts';

type AuditFiltersProps = {
  me: Me;
  filter: AuditFilter;
  /** People that the shown rows name, by id. */
  seen: ReadonlyMap<string, string>;
  onChange: (change: Readonly<Record<string, string>>) => void;
};

const EVENTS = [
  { value: '', label: 'Everything' },
  ...Object.entries(EVENT_WORDS).map(([value, label]) => ({ value, label })),
];
const ERRORS = [
  { value: '', label: 'All' },
  { value: 'any', label: 'Only what went wrong' },
];

export function AuditFilters({ me, filter, seen, onChange }: AuditFiltersProps) {
  const people = usePeople(me, seen, filter['person']);
  const error = filter['error'] ?? '';
  const isSet = Object.keys(filter).length > 0;
  return (
    <form
      className="grid grid-cols-[repeat(auto-fill,minmax(10rem,1fr))] items-end gap-3"
      onSubmit={(event) => event.preventDefault()}
    >
      <SelectField
        label="Person"
        value={filter['person'] ?? ''}
        options={people}
        onChange={(person) => onChange({ person })}
      />
      <SelectField
        label="What"
        value={filter['event'] ?? ''}
        options={EVENTS}
        onChange={(event) => onChange({ event })}
      />
      <Typed label="Tool" name="tool" filter={filter} onChange={onChange} />
      <SelectField
        label="Outcome"
        value={error}
        options={ERRORS.some(({ value }) => value === error) ? ERRORS : [...ERRORS, { value: error, label: error }]}
        onChange={(value) => onChange({ error: value })}
      />
      <Typed label="Conversation" name="conversation" filter={filter} onChange={onChange} />
      <TextField label="From (UTC)" type="date" value={filter['from'] ?? ''} onChange={(from) => onChange({ from })} />
      <TextField label="To (UTC)" type="date" value={filter['to'] ?? ''} onChange={(to) => onChange({ to })} />
      {isSet && (
        <Button tone="quiet" size="large" className="justify-self-start" onClick={() => onChange(NO_FILTER)}>
          <X size={16} aria-hidden />
          Clear
        </Button>
      )}
    </form>
  );
}

type TypedProps = Pick<AuditFiltersProps, 'filter' | 'onChange'> & { label: string; name: string };

/** Asked for when one has typed it, not at every letter. */
function Typed({ label, name, filter, onChange }: TypedProps) {
  const stored = filter[name] ?? '';
  const [draft, setDraft] = useState<{ of: string; text: string } | null>(null);
  const text = draft?.of === stored ? draft.text : stored;
  const apply = () => {
    setDraft(null);
    if (text.trim() !== stored) onChange({ [name]: text.trim() });
  };
  return (
    <TextField
      label={label}
      mono
      maxLength={64}
      value={text}
      onChange={(next) => setDraft({ of: stored, text: next })}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply();
      }}
    />
  );
}

/** The members, where one may see them, and whoever the rows name. */
function usePeople(me: Me, seen: ReadonlyMap<string, string>, chosen: string | undefined) {
  const { data } = useQuery({
    queryKey: ['audit-people'],
    queryFn: () => getMembers(null),
    enabled: has(me, ['members:read']),
    staleTime: 60_000,
  });
  const names = new Map(seen);
  for (const { userId, name } of data?.members ?? []) names.set(userId, name);
  if (chosen !== undefined && !names.has(chosen)) names.set(chosen, 'Somebody who has left');
  const sorted = [...names].map(([value, label]) => ({ value, label }));
  sorted.sort((a, b) => a.label.localeCompare(b.label));
  return [{ value: '', label: 'Everybody' }, ...sorted];
}
