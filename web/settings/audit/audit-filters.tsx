// The audit log's filters. The URL holds their values.
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import type { Me } from '../../../worker/api/identity/identity-schema.ts';
import { Button } from '../../design/controls/button.tsx';
import { SelectField } from '../../design/controls/select-field.tsx';
import { TextField } from '../../design/controls/text-field.tsx';
import { keysOf } from '../../design/keys.ts';
import type { AuditFilter } from '../records-api.ts';
import { hasAnyPermission } from '../settings-access.ts';
import { getMembers } from '../settings-api.ts';
import { EVENT_LABELS } from './event-labels.ts';

const FILTERS = ['person', 'event', 'tool', 'error', 'conversation', 'from', 'to'] as const;

/** Clears every filter. */
const NO_FILTER: Readonly<Record<string, string>> = Object.fromEntries(FILTERS.map((name) => [name, '']));

type AuditFiltersProps = {
  me: Me;
  filter: AuditFilter;
  /** Names of people in the loaded rows, by id. */
  seen: ReadonlyMap<string, string>;
  onChange: (change: Readonly<Record<string, string>>) => void;
};

const EVENTS = [
  { value: '', label: 'Everything' },
  ...Object.entries(EVENT_LABELS).map(([value, label]) => ({ value, label })),
];
const ERRORS = [
  { value: '', label: 'All' },
  { value: 'any', label: 'Errors only' },
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
      <TextFilter label="Tool" name="tool" filter={filter} onChange={onChange} />
      <SelectField
        label="Outcome"
        value={error}
        options={ERRORS.some(({ value }) => value === error) ? ERRORS : [...ERRORS, { value: error, label: error }]}
        onChange={(value) => onChange({ error: value })}
      />
      <TextFilter label="Conversation" name="conversation" filter={filter} onChange={onChange} />
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

type TextFilterProps = Pick<AuditFiltersProps, 'filter' | 'onChange'> & { label: string; name: string };

/** Applies the filter on Enter or blur, not on every keystroke. */
function TextFilter({ label, name, filter, onChange }: TextFilterProps) {
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
        if (keysOf(event) === 'Enter') apply();
      }}
    />
  );
}

/** People to filter by: members, if the user may list them, and everyone in the loaded rows. */
function usePeople(me: Me, seen: ReadonlyMap<string, string>, chosen: string | undefined) {
  const { data } = useQuery({
    queryKey: ['audit-people'],
    queryFn: () => getMembers(null),
    enabled: hasAnyPermission(me, ['members:read']),
    staleTime: 60_000,
  });
  const names = new Map(seen);
  for (const { userId, name } of data?.members ?? []) names.set(userId, name);
  if (chosen !== undefined && !names.has(chosen)) names.set(chosen, 'Former member');
  const sorted = [...names].map(([value, label]) => ({ value, label }));
  sorted.sort((a, b) => a.label.localeCompare(b.label));
  return [{ value: '', label: 'Everyone' }, ...sorted];
}

export function readFilter(search: URLSearchParams): AuditFilter {
  const set = FILTERS.flatMap((name) => {
    const value = search.get(name)?.trim() ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(set);
}
