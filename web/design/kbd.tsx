// A keyboard shortcut, labeled for this platform.
import { keyLabels } from './keys.ts';

/** `keys`: for example "Mod+Enter". */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="inline-flex items-center gap-0.5">
      {keyLabels(keys).map((label) => (
        <kbd
          key={label}
          className="inline-flex h-5 min-w-5 items-center justify-center rounded-tail border border-line-strong bg-raised px-1 font-sans text-meta text-muted"
        >
          {label}
        </kbd>
      ))}
    </span>
  );
}
