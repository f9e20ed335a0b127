// The conversation that was open last in this tab, so that a look at something else leads back to it.
const KEY = 'groundwire:last-chat';

export function keepLastChat(path: string): void {
  try {
    sessionStorage.setItem(KEY, path);
  } catch {
    // Storage can be blocked; a new conversation is then the way back.
  }
}

export function lastChat(): string {
  try {
    return sessionStorage.getItem(KEY) ?? '/chat';
  } catch {
    return '/chat'; // As above.
  }
}
