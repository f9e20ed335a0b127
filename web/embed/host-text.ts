// What the host's script itself shows, before and around the frame.
import type { Locale } from './protocol.ts';

const TEXT = {
  en: {
    assistant: (name: string | null) => name ?? 'Assistant',
    open: 'Open the assistant',
    opening: 'Opening the assistant…',
    resize: 'Resize the assistant',
    failedTitle: 'Couldn’t load the assistant',
    failed: 'Check your connection, then try again.',
    refused: 'This site may not be allowed to show the assistant, or the connection was lost.',
    outdated: 'This page uses another version of the assistant. Reload the page.',
    retry: 'Try again',
    close: 'Close',
  },
  de: {
    assistant: (name: string | null) => name ?? 'Assistent',
    open: 'Assistenten öffnen',
    opening: 'Der Assistent wird geöffnet …',
    resize: 'Breite des Assistenten ändern',
    failedTitle: 'Der Assistent konnte nicht geladen werden',
    failed: 'Prüfen Sie die Verbindung und versuchen Sie es noch einmal.',
    refused: 'Diese Website darf den Assistenten vielleicht nicht anzeigen, oder die Verbindung ist abgebrochen.',
    outdated: 'Diese Seite verwendet eine andere Version des Assistenten. Laden Sie die Seite neu.',
    retry: 'Noch einmal versuchen',
    close: 'Schließen',
  },
} as const;

export type HostText = (typeof TEXT)[Locale];

export const hostText = (locale: Locale): HostText => TEXT[locale];
