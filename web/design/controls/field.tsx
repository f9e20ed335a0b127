// A labeled form field with an optional hint and error. Both are tied to the control, so screen readers announce them.
import { CircleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { cx } from '../cx.ts';

export type FieldText = {
  label: string;
  /** Shown below the control while there is no error. */
  hint?: ReactNode;
  /** What is wrong and how to fix it; null while the value is valid. */
  error?: string | null | undefined;
  optional?: boolean;
};

/** The attributes that tie a control to its field. */
export type FieldControl = {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
};

type FieldProps = FieldText & { className?: string; children: (control: FieldControl) => ReactNode };

export function Field({ label, hint, error, optional = false, className, children }: FieldProps) {
  const id = useId();
  const [hintId, errorId] = [`${id}-hint`, `${id}-error`];
  const described = [hint && hintId, error && errorId].filter(Boolean).join(' ');
  return (
    <div className={cx('flex min-w-0 flex-col gap-1.5', className)}>
      <label htmlFor={id} className="font-medium">
        {label}
        {optional && <span className="font-normal text-muted"> (optional)</span>}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {error && (
        <p id={errorId} role="alert" className="flex items-start gap-1.5 text-small text-on-danger">
          <CircleAlert size={14} strokeWidth={2} aria-hidden className="mt-[3px] shrink-0" />
          {error}
        </p>
      )}
      {hint && (
        <p id={hintId} className="text-small text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

/** Classes shared by all text fields and selects. */
export const CONTROL =
  'w-full min-w-0 rounded-control border border-control bg-raised px-3 text-text outline-none transition-colors placeholder:text-muted focus:border-accent focus:outline-2 focus:outline-offset-0 focus:outline-accent aria-invalid:border-on-danger aria-invalid:focus:outline-on-danger disabled:cursor-not-allowed disabled:border-line-strong disabled:bg-sunken disabled:text-muted';
