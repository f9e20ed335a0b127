// A template's form. Submitting it with empty required fields shows errors and focuses the first of them.
import { LoaderCircle, RotateCw, Sparkles } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import type { FormField, TemplateInfo } from '../../worker/api/templates/templates-schema.ts';
import { Button } from '../design/controls/button.tsx';
import { SelectField } from '../design/controls/select-field.tsx';
import { TextAreaField, TextField } from '../design/controls/text-field.tsx';
import { type Fields, filledFields, missingFields, withValue } from './form-values.ts';
import { RecordField } from './record-field.tsx';

type DraftFormProps = {
  template: TemplateInfo;
  fields: Fields;
  onFields: (fields: Fields) => void;
  /** The server's validation errors, by field name. */
  issues: Readonly<Record<string, string>>;
  isBusy: boolean;
  isAgain: boolean;
  onSubmit: (fields: Fields) => void;
};

export function DraftForm({ template, fields, onFields, issues, isBusy, isAgain, onSubmit }: DraftFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [tried, setTried] = useState(false);
  const lacking = missingFields(template.fields, fields);
  const errorOf = ({ name, label }: FormField): string | null =>
    tried && lacking.includes(name) ? `${label} is required.` : (issues[name] ?? null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    setTried(true);
    if (lacking.length === 0) return onSubmit(filledFields(template.fields, fields));
    const first = template.fields.findIndex(({ name }) => name === lacking[0]);
    form.current
      ?.querySelectorAll<HTMLElement>('[data-field]')
      [first]?.querySelector<HTMLElement>('input, select, textarea')
      ?.focus();
  };

  return (
    <form
      ref={form}
      onSubmit={submit}
      noValidate
      aria-label={template.name}
      className="flex flex-col gap-5 rounded-card border border-line-strong bg-raised p-4 shadow-raised desk:sticky desk:top-0"
    >
      {template.fields.map((field) => (
        <div key={field.name} data-field={field.name}>
          <Control
            template={template}
            field={field}
            fields={fields}
            error={errorOf(field)}
            onChange={(value) => onFields(withValue(template.fields, fields, field.name, value))}
          />
        </div>
      ))}
      <Button type="submit" tone="primary" size="large" aria-disabled={isBusy || undefined}>
        {isBusy ? (
          <LoaderCircle size={16} aria-hidden className="animate-spin" />
        ) : isAgain ? (
          <RotateCw size={16} aria-hidden />
        ) : (
          <Sparkles size={16} aria-hidden />
        )}
        {isBusy ? 'Drafting…' : isAgain ? 'Regenerate' : 'Draft'}
      </Button>
    </form>
  );
}

type ControlProps = {
  template: TemplateInfo;
  field: FormField;
  fields: Fields;
  error: string | null;
  onChange: (value: string) => void;
};

function Control({ template, field, fields, error, onChange }: ControlProps) {
  const value = fields[field.name] ?? '';
  const words = { label: field.label, hint: field.hint, error, optional: !field.required };
  switch (field.kind) {
    case 'record':
      return (
        <RecordField {...words} template={template} field={field} fields={fields} value={value} onChange={onChange} />
      );
    case 'choice': {
      const options = [{ value: '', label: field.required ? 'Choose…' : 'Any' }, ...field.options];
      return <SelectField {...words} options={options} value={value} onChange={onChange} />;
    }
    case 'day':
      return <TextField {...words} type="date" value={value} onChange={onChange} />;
    case 'line':
      return <TextField {...words} maxLength={field.maxLength} value={value} onChange={onChange} />;
    case 'prose':
      return <TextAreaField {...words} maxLength={field.maxLength} value={value} onChange={onChange} />;
  }
}
