// Whether the panel was open in this tab, and with which conversation, so that a reload changes nothing. Of one person in
// one organisation: whoever signs in next starts afresh.
import type { Me } from '../../worker/contract.ts';
import { asRecord, asText } from '../chat/unknown-value.ts';
import type { KeptAssistant } from './assistant.ts';

type Store = Pick<Storage, 'getItem' | 'setItem'>;

export function readKept(store: Store | null, me: Me): KeptAssistant | null {
  try {
    const kept = asRecord(JSON.parse(store?.getItem(keyOf(me)) ?? 'null'));
    return { isPanelOpen: kept['isPanelOpen'] === true, sessionId: asText(kept['sessionId']) };
  } catch {
    return null; // Storage can be blocked or hold something else.
  }
}

export function writeKept(store: Store | null, me: Me, kept: KeptAssistant): void {
  try {
    store?.setItem(keyOf(me), JSON.stringify(kept));
  } catch {
    // Storage can be full or blocked; the panel is then closed after a reload.
  }
}

/** The tab's own storage, or null where it is blocked. */
export function tabStorage(): Store | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

const keyOf = (me: Me): string => `groundwire:assistant:${me.user.id}:${me.org.id}`;
