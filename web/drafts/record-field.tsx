// A field for choosing a record. It searches the records the user can see, and shows how much data a draft would have.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormField, TemplateInfo } from '../../worker/api/templates/templates-schema.ts';
import { getChoices, getWorkspacePage } from '../api.ts';
import { Combobox } from '../design/controls/combobox.tsx';
import type { FieldText } from '../design/controls/field.tsx';
import { useDebounced } from '../use-debounced.ts';
import type { Fields } from './form-values.ts';

const TYPING_MS = 150;
const STALE_MS = 30_000;

type RecordFieldProps = FieldText & {
  template: TemplateInfo;
  field: Extract<FormField, { kind: 'record' }>;
  fields: Fields;
  value: string;
  onChange: (value: string) => void;
};

export function RecordField({ template, field, fields, value, onChange, ...words }: RecordFieldProps) {
  const [typed, setTyped] = useState('');
  const asked = useDebounced(typed.trim(), TYPING_MS);
  const within = field.within === undefined ? null : (fields[field.within] ?? '');
  const isWaiting = within === '';
  const { data } = useQuery({
    queryKey: ['choices', template.id, field.name, within, asked],
    queryFn: () => getChoices(template.id, field.name, { words: asked, within }),
    staleTime: STALE_MS,
    enabled: !isWaiting,
  });
  const page = useQuery({
    queryKey: ['workspace', `/${field.record}/${value}`],
    queryFn: () => getWorkspacePage(`/${field.record}/${encodeURIComponent(value)}`),
    staleTime: STALE_MS,
    enabled: value !== '',
    retry: false,
  });
  const known = data?.choices.find(({ id }) => id === value);
  const title = known?.title ?? page.data?.title ?? (page.isError ? 'Not found' : '…');
  const above = template.fields.find(({ name }) => name === field.within)?.label.toLowerCase();
  return (
    <div className="flex flex-col gap-1.5">
      <Combobox
        {...words}
        hint={isWaiting ? `Choose the ${above} first.` : words.hint}
        disabled={isWaiting}
        value={value === '' ? null : { id: value, title }}
        onChange={(choice) => onChange(choice?.id ?? '')}
        words={typed}
        onWords={setTyped}
        // Only results for the current text, so Enter can't choose one from an earlier search.
        choices={typed.trim() === asked ? (data?.choices ?? null) : null}
        empty={typed === '' ? 'No records.' : 'No matches.'}
      />
      {page.data && <Found tabs={page.data.tabs} facts={page.data.facts} />}
    </div>
  );
}

/** "Shows 12 · Crew 31": the records a draft can use. */
function Found({
  tabs,
  facts,
}: {
  tabs: readonly { label: string; count: number | null }[];
  facts: readonly { label: string; text: string }[];
}) {
  const counts = tabs.flatMap(({ label, count }) => (count === null ? [] : [`${label} ${count}`]));
  const words = counts.length > 0 ? counts : facts.slice(0, 3).map(({ label, text }) => `${label}: ${text}`);
  if (words.length === 0) return null;
  return <p className="text-meta text-muted">Found: {words.join(' · ')}</p>;
}
