// A formula: as written until the typesetter has loaded, and for good if it can't be typeset.
import { memo } from 'react';
import { createLazy, useLazy } from './use-lazy.ts';

const TYPESETTER = createLazy(() => import('./typeset-math.ts'));

type MathProps = { tex: string; source: string; display: boolean };

export const MathSpan = memo(function MathSpan({ tex, source, display }: MathProps) {
  const typesetter = useLazy(TYPESETTER, tex !== '');
  const math = typesetter?.typesetMath(tex, display) ?? null;
  if (math === null) {
    return (
      <span dir="ltr" className="whitespace-pre-wrap">
        {source}
      </span>
    );
  }
  return (
    // A wide formula scrolls, and must do so by keyboard as well.
    <span dir="ltr" tabIndex={display ? 0 : undefined} className={display ? 'block overflow-x-auto py-1' : undefined}>
      {math}
    </span>
  );
});
