// A labelled field of a form: what it is, what helps to fill it, what is wrong with it. The words are bound to the
// control, so that they are read out with it.
import { CircleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { cx } from './cx.ts';

export type FieldWords = {
  label: string;
  /** Stands below, before anything is wrong. */
  hint?: ReactNode;
  /** What is wrong and what to do; null while nothing is. */
  error?: string | null | undefined;
  optional?: boolean;
};

/** What a control takes over to belong to its field. */
export type FieldControl = {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
};

type FieldProps = FieldWords & { className?: string; children: (control: FieldControl) => ReactNode };

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

/** The look that all controls one can type into or choose from share. */
export const CONTROL =
  'w-full min-w-0 rounded-control border border-control bg-raised px-3 text-text outline-none transition-colors placeholder:text-muted focus:border-accent focus:outline-2 focus:outline-offset-0 focus:outline-accent aria-invalid:border-on-danger aria-invalid:focus:outline-on-danger disabled:cursor-not-allowed disabled:border-line-strong disabled:bg-sunken disabled:text-muted';
