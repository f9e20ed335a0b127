// The request id from the server's logs, ready to copy into a support ticket.
import { CopyButton } from './controls/copy-button.tsx';

export function RequestId({ id }: { id: string }) {
  return (
    <p className="flex min-w-0 items-center gap-1 text-meta text-muted">
      <span className="min-w-0 truncate">
        Request <span className="font-mono">{id}</span>
      </span>
      <CopyButton text={id} label="Copy request id" />
    </p>
  );
}
