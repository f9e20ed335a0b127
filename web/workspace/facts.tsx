// A list of labeled values, in as many columns as fit.
import type { WorkspacePage } from '../../worker/api/workspace/workspace-schema.ts';
import { Cell } from './cell.tsx';

export function Facts({ facts }: { facts: WorkspacePage['facts'] }) {
  return (
    <div className="overflow-hidden rounded-card border border-line-strong bg-raised shadow-raised">
      <dl className="-mb-px grid grid-cols-2 desk:grid-cols-3">
        {facts.map((fact) => (
          <div
            key={fact.label}
            className="relative flex min-w-0 flex-col gap-0.5 border-b border-line-strong/60 px-4 py-3"
          >
            <dt className="text-meta text-muted">{fact.label}</dt>
            <dd dir="auto" className="m-0 min-w-0 break-words">
              <Cell value={fact} kind={fact.mono ? 'code' : isMoment(fact.text) ? 'time' : 'text'} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const isMoment = (text: string): boolean => /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}.*)?$/.test(text);
