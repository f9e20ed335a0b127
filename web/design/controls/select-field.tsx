// Chooses one option from a list. A native select, so keyboard, touch and screen readers work without a script. Browsers
// that allow styling the list show it in our design.
import { ChevronDown } from 'lucide-react';
import { cx } from '../cx.ts';
import { CONTROL, Field, type FieldText } from './field.tsx';

export type SelectOption = { readonly value: string; readonly label: string; readonly disabled?: boolean };

type SelectFieldProps = FieldText & {
  value: string;
  onChange: (value: string) => void;
  options: readonly SelectOption[];
  disabled?: boolean;
  className?: string;
};

export function SelectField({ label, hint, error, optional = false, ...rest }: SelectFieldProps) {
  const { value, onChange, options, disabled, className } = rest;
  return (
    <Field {...{ label, hint, error, optional }} className={cx(className)}>
      {(control) => (
        <div className="relative">
          <select
            {...control}
            value={value}
            disabled={disabled}
            onChange={(event) => onChange(event.target.value)}
            className={cx(CONTROL, 'select h-9 appearance-none truncate pe-9 touch:h-11')}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
          <ChevronDown
            size={16}
            aria-hidden
            className="pointer-events-none absolute end-3 top-1/2 -translate-y-1/2 text-muted"
          />
        </div>
      )}
    </Field>
  );
}
