// Which days, and by what: what the page's address says.
import { Download } from 'lucide-react';
import { buttonStyle } from '../../design/button.tsx';
import { SelectField } from '../../design/select-field.tsx';
import { TextField } from '../../design/text-field.tsx';
import { usageCsvAddress } from '../records-api.ts';
import { BY, faultOf, PRESETS, type UsageQuestion } from './usage-period.ts';

type UsageFiltersProps = { question: UsageQuestion; onChange: (change: Readonly<Record<string, string>>) => void };

export function UsageFilters({ question, onChange }: UsageFiltersProps) {
  const { preset, from, to, by } = question;
  const fault = faultOf(question);
  return (
    <form className="flex flex-wrap items-end gap-3" onSubmit={(event) => event.preventDefault()}>
      <SelectField
        label="Period"
        value={preset}
        onChange={(period) => onChange(period === 'custom' ? { period, from, to } : { period, from: '', to: '' })}
        options={PRESETS}
        className="w-44 max-sm:w-full"
      />
      {preset === 'custom' && (
        <>
          <div className="w-40 max-sm:grow">
            <TextField label="First day" type="date" value={from} onChange={(day) => onChange({ from: day })} />
          </div>
          <div className="w-40 max-sm:grow">
            <TextField
              label="Last day"
              type="date"
              value={to}
              error={fault}
              onChange={(day) => onChange({ to: day })}
            />
          </div>
        </>
      )}
      <SelectField
        label="By"
        value={by}
        onChange={(value) => onChange({ by: value })}
        options={BY}
        className="w-36 max-sm:grow"
      />
      {fault === null && (
        <a href={usageCsvAddress(question)} download className={`${buttonStyle('plain', 'large')} ms-auto max-sm:ms-0`}>
          <Download size={16} aria-hidden />
          CSV
        </a>
      )}
    </form>
  );
}
