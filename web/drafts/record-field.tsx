// A field that names a record: searched for among the person's own, and shown with how much there is of it before anything
// is drafted.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormField, TemplateInfo } from '../../worker/templates-contract.ts';
import { getChoices, getWorkspacePage } from '../api.ts';
import { Combobox } from '../design/combobox.tsx';
import type { FieldWords } from '../design/field.tsx';
import { useSettled } from '../use-settled.ts';
import type { Fields } from './form-values.ts';

const TYPING_MS = 150;
const STALE_MS = 30_000;

type RecordFieldProps = FieldWords & {
  template: TemplateInfo;
  field: Extract<FormField, { kind: 'record' }>;
  fields: Fields;
  value: string;
  onChange: (value: string) => void;
};

export function RecordField({ template, field, fields, value, onChange, ...words }: RecordFieldProps) {
  const [typed, setTyped] = useState('');
  const asked = useSettled(typed.trim(), TYPING_MS);
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
  const title = known?.title ?? page.data?.title ?? (page.isError ? 'Not to be found' : '…');
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
        // Of the words that stand there: Enter must not take what earlier ones found.
        choices={typed.trim() === asked ? (data?.choices ?? null) : null}
        empty={typed === '' ? 'There is none on record.' : 'Nothing was found.'}
      />
      {page.data && <Found tabs={page.data.tabs} facts={page.data.facts} />}
    </div>
  );
}

/** "Shows 12 · Crew 31": what a draft will find. */
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
