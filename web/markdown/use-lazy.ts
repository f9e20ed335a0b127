// Code that loads with the first part of an answer that needs it. Until then, and if it can't be loaded, the part is shown
// without it.
import { useEffect, useState } from 'react';

export type Lazy<Value> = {
  /** Null until it has loaded. */
  readonly get: () => Value | null;
  /** Loads it once; after a failure, the next call tries again. */
  readonly load: () => Promise<void>;
};

export function createLazy<Value>(importValue: () => Promise<Value>): Lazy<Value> {
  let value: Value | null = null;
  let loading: Promise<void> | null = null;
  return {
    get: () => value,
    load: () => {
      loading ??= importValue().then(
        (loaded) => {
          value = loaded;
        },
        (error: unknown) => {
          loading = null;
          throw error;
        },
      );
      return loading;
    },
  };
}

/** What has loaded, or null; loads it while it is wanted. */
export function useLazy<Value>(lazy: Lazy<Value>, isWanted: boolean): Value | null {
  const [, setLoaded] = useState(lazy.get() !== null);
  useEffect(() => {
    if (!isWanted || lazy.get() !== null) return;
    let isCurrent = true;
    lazy.load().then(
      () => isCurrent && setLoaded(true),
      () => {},
    );
    return () => {
      isCurrent = false;
    };
  }, [lazy, isWanted]);
  return isWanted ? lazy.get() : null;
}
