// A formula: as written until the typesetter has loaded, and for good if it can't be typeset.
import { memo, useEffect, useState } from 'react';
import type { typesetMath } from './typeset-math.ts';

let typeset: typeof typesetMath | null = null;

let loading: Promise<void> | null = null;

/** The typesetter loads with the first formula. */
function load(): Promise<void> {
  loading ??= import('./typeset-math.ts').then((module) => {
    typeset = module.typesetMath;
  });
  return loading;
}

type MathProps = { tex: string; source: string; display: boolean };

export const MathSpan = memo(function MathSpan({ tex, source, display }: MathProps) {
  const [, setLoaded] = useState(typeset !== null);
  useEffect(() => {
    if (typeset !== null || tex === '') return;
    let isCurrent = true;
    load().then(
      () => isCurrent && setLoaded(true),
      // A formula as written is readable; the next one tries again.
      () => {
        loading = null;
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [tex]);
  const math = tex === '' ? null : (typeset?.(tex, display) ?? null);
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
