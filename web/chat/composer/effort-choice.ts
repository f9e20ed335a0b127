// The effort that a person chose, for all their conversations on this device.
import { type EffortChoice, isEffortChoice } from '../../effort-labels.ts';

type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>;

const NAME = 'groundwire:effort';

/** Null leaves it to the server. Storage can be blocked. */
export function readEffort(storage: Storage | null = effortStorage()): EffortChoice | null {
  try {
    const value = storage?.getItem(NAME);
    return isEffortChoice(value) ? value : null;
  } catch {
    return null;
  }
}

export function storeEffort(choice: EffortChoice | null, storage: Storage | null = effortStorage()): void {
  try {
    if (choice === null) storage?.removeItem(NAME);
    else storage?.setItem(NAME, choice);
  } catch {
    // Without storage, the choice holds until the page is left.
  }
}

function effortStorage(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
