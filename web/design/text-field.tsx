// Fields one types into: a line, several lines, or a secret.
import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, useState } from 'react';
import { cx } from './cx.ts';
import { CONTROL, Field, type FieldWords } from './field.tsx';
import { IconButton } from './icon-button.tsx';

type Own = 'onChange' | 'value' | 'id' | 'className';
type Typed = FieldWords & { value: string; onChange: (value: string) => void };

const LINE = cx(CONTROL, 'h-9 read-only:bg-sunken touch:h-11');

type TextFieldProps = Typed & Omit<ComponentProps<'input'>, Own> & { mono?: boolean };

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

type TextAreaFieldProps = Typed & Omit<ComponentProps<'textarea'>, Own>;

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

type PasswordFieldProps = Typed & Omit<ComponentProps<'input'>, Own | 'type'>;

/** For a key or a password: hidden until one asks to see it, never offered or kept by the browser. */
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
            label={shown ? 'Hide what is typed' : 'Show what is typed'}
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
