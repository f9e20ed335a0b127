// Shown when someone else saved the same settings first: compares both values of each field and lets the user keep either.
import { GitCompareArrows } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../design/controls/button.tsx';

type ConflictBannerProps = {
  /** The person who saved first, if known. */
  who: string | null;
  rows: readonly { readonly label: string; readonly stored: string; readonly sent: string }[];
  busy: boolean;
  onSaveMine: () => void;
  onTakeTheirs: () => void;
};

export function ConflictBanner({ who, rows, busy, onSaveMine, onTakeTheirs }: ConflictBannerProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div
      ref={box}
      role="alert"
      className="flex animate-enter flex-col gap-3 rounded-card border border-on-notice/30 bg-notice/60 p-4"
    >
      <div className="flex gap-3">
        <GitCompareArrows size={16} strokeWidth={2} aria-hidden className="mt-0.5 shrink-0 text-on-notice" />
        <div className="flex min-w-0 flex-col gap-1">
          <p className="font-medium">{who ?? 'Someone else'} saved these settings while you were editing</p>
          <p className="text-small text-text/80">
            {rows.length === 0
              ? 'Your changes aren’t saved yet. They don’t overlap with theirs.'
              : 'Your changes aren’t saved yet. Compare both versions, then choose which to keep.'}
          </p>
        </div>
      </div>
      {rows.length > 0 && <Comparison rows={rows} />}
      <div className="flex flex-wrap gap-2">
        <Button tone="primary" busy={busy} onClick={onSaveMine}>
          Save mine
        </Button>
        <Button onClick={onTakeTheirs}>Keep theirs</Button>
      </div>
    </div>
  );
}

const Comparison = ({ rows }: Pick<ConflictBannerProps, 'rows'>) => (
  <table className="w-full overflow-hidden rounded-control bg-raised text-start text-small">
    <thead>
      <tr className="text-meta text-muted">
        <th scope="col" className="px-3 py-2 text-start font-medium">
          Setting
        </th>
        <th scope="col" className="px-3 py-2 text-start font-medium">
          Saved version
        </th>
        <th scope="col" className="px-3 py-2 text-start font-medium">
          Your version
        </th>
      </tr>
    </thead>
    <tbody>
      {rows.map(({ label, stored, sent }) => (
        <tr key={label} className="border-t border-line-strong/60">
          <th scope="row" className="px-3 py-2 text-start font-medium">
            {label}
          </th>
          <td className="px-3 py-2 [overflow-wrap:anywhere]">{stored}</td>
          <td className="px-3 py-2 font-medium [overflow-wrap:anywhere]">{sent}</td>
        </tr>
      ))}
    </tbody>
  </table>
);
