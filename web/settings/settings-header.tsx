// What a page of the settings is about.
import type { ReactNode } from 'react';

export const SettingsHeader = ({ title, children }: { title: string; children: ReactNode }) => (
  <header className="flex flex-col gap-1">
    <h1 className="text-display font-semibold tracking-tight">{title}</h1>
    <p className="text-answer text-muted">{children}</p>
  </header>
);
