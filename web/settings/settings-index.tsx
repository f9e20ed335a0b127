// Where the settings begin: each subject with what is settled there, and whether one may only look.
import { ChevronRight } from 'lucide-react';
import { Link } from 'wouter';
import type { Me } from '../../worker/contract.ts';
import { Badge } from '../design/badge.tsx';
import { has } from './settings-access.ts';
import { SettingsHeader } from './settings-header.tsx';
import { addressOf, type SettingsTab } from './settings-tabs.ts';

export function SettingsIndex({ me, tabs }: { me: Me; tabs: readonly SettingsTab[] }) {
  return (
    <>
      <SettingsHeader title="Settings">What holds for everybody in {me.org.name}.</SettingsHeader>
      <ul className="divide-y divide-line-strong/60 overflow-hidden rounded-card border border-line-strong bg-raised shadow-raised">
        {tabs.map((tab) => {
          const { icon: Icon, label, description, changesFor } = tab;
          return (
            <li key={tab.id}>
              <Link
                href={addressOf(tab)}
                className="flex items-center gap-4 px-4 py-4 -outline-offset-2 transition-colors hover:bg-hover"
              >
                <span className="flex size-9 shrink-0 items-center justify-center rounded-control bg-accent-soft text-accent">
                  <Icon size={20} strokeWidth={1.75} aria-hidden />
                </span>
                <span className="flex min-w-0 grow flex-col gap-0.5">
                  <span className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
                    {label}
                    {changesFor.length > 0 && !has(me, changesFor) && <Badge>View only</Badge>}
                  </span>
                  <span className="text-small text-muted">{description}</span>
                </span>
                <ChevronRight size={16} aria-hidden className="shrink-0 text-muted rtl:-scale-x-100" />
              </Link>
            </li>
          );
        })}
      </ul>
    </>
  );
}
