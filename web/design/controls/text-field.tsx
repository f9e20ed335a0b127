// Text fields: single-line, multi-line and password.
import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, useState } from 'react';
import { cx } from '../cx.ts';
import { CONTROL, Field, type FieldText } from './field.tsx';
import { IconButton } from './icon-button.tsx';

type Own = 'onChange' | 'value' | 'id' | 'className';
type TextInputProps = FieldText & { value: string; onChange: (value: string) => void };

const LINE = cx(CONTROL, 'h-9 read-only:bg-sunken touch:h-11');

type TextFieldProps = TextInputProps & Omit<ComponentProps<'input'>, Own> & { mono?: boolean };

export function TextField({ label, hint, error, optional, onChange, mono = false, ...rest }: TextFieldProps) {
  return (
    <Field {...{ label, hint, error }} optional={optional ?? false}>
      {(control) => (
        <input
          dir="auto"
          autoComplete="off"
          {...rest}
          {...control}
          onChange={(event) => onChange(event.target.value)}
          className={cx(LINE, mono && 'font-mono text-small')}
        />
      )}
    </Field>
  );
}

type TextAreaFieldProps = TextInputProps & Omit<ComponentProps<'textarea'>, Own>;

export function TextAreaField({ label, hint, error, optional, onChange, rows = 4, ...rest }: TextAreaFieldProps) {
  return (
    <Field {...{ label, hint, error }} optional={optional ?? false}>
      {(control) => (
        <textarea
          dir="auto"
          rows={rows}
          {...rest}
          {...control}
          onChange={(event) => onChange(event.target.value)}
          className={cx(CONTROL, 'min-h-20 resize-y py-2 field-sizing-content')}
        />
      )}
    </Field>
  );
}

type PasswordFieldProps = TextInputProps & Omit<ComponentProps<'input'>, Own | 'type'>;

/** For API keys and passwords: hidden until revealed, and never autofilled or saved by the browser. */
export function PasswordField({ label, hint, error, optional, onChange, ...rest }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field {...{ label, hint, error }} optional={optional ?? false}>
      {(control) => (
        <div className="relative">
          <input
            autoComplete="new-password"
            autoCapitalize="off"
            spellCheck={false}
            {...rest}
            {...control}
            type={shown ? 'text' : 'password'}
            onChange={(event) => onChange(event.target.value)}
            className={cx(LINE, 'pe-11 font-mono text-small')}
          />
          <IconButton
            icon={shown ? EyeOff : Eye}
            size="small"
            label={shown ? 'Hide' : 'Show'}
            aria-pressed={shown}
            disabled={rest.disabled}
            onClick={() => setShown(!shown)}
            className="absolute end-1 top-1 touch:top-0"
          />
        </div>
      )}
    </Field>
  );
}
