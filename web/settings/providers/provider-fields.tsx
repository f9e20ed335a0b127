// One provider of a scope: which, with which model, where, with which key; and whether that works.
import { useId, useState } from 'react';
import type { AiSettingsView } from '../../../worker/settings-contract.ts';
import { SelectField } from '../../design/select-field.tsx';
import { TextField } from '../../design/text-field.tsx';
import { ConnectionTest } from './connection-test.tsx';
import { KeyField } from './key-field.tsx';
import {
  isKeyForAnother,
  type SettingsDraft,
  type Slot,
  type SlotDraft,
  slotInput,
  storedSlot,
} from './settings-draft.ts';

type ProviderFieldsProps = {
  view: AiSettingsView;
  program: string | null;
  slot: Slot;
  draft: SettingsDraft;
  /** What it is without a provider of its own. */
  none: string;
  issues: ReadonlyMap<string, string>;
  onChange: (draft: SettingsDraft) => void;
};

export function ProviderFields({ view, program, slot, draft, none, issues, onChange }: ProviderFieldsProps) {
  const listId = useId();
  const [tested, setTested] = useState<ReadonlyMap<string, string>>(new Map());
  const [stored, own] = [storedSlot(view, slot), draft[slot]];
  const chosen = view.providers.find(({ id }) => id === own.provider);
  const set = (change: Partial<SlotDraft>) => {
    setTested(new Map());
    onChange({ ...draft, [slot]: { ...own, ...change } });
  };
  const errorOf = (field: string) => tested.get(field) ?? issues.get(slot === 'primary' ? field : `fallback.${field}`);
  const isForAnother = isKeyForAnother(stored, own);
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Provider"
          value={own.provider}
          // What belongs to one provider says nothing about another.
          onChange={(provider) => set({ provider, model: '', baseUrl: '', key: { kind: 'keep' } })}
          error={errorOf('provider')}
          options={[{ value: '', label: none }, ...view.providers.map(({ id, label }) => ({ value: id, label }))]}
        />
        {chosen && (
          <div>
            <TextField
              label="Model"
              mono
              optional={chosen.defaultModel !== null}
              value={own.model}
              onChange={(model) => set({ model })}
              placeholder={chosen.defaultModel ?? ''}
              list={listId}
              spellCheck={false}
              error={errorOf('model')}
            />
            <datalist id={listId}>
              {chosen.models.map((model) => (
                <option key={model} value={model} />
              ))}
            </datalist>
          </div>
        )}
      </div>
      {chosen && (
        <>
          <TextField
            label="Base URL"
            mono
            type="url"
            inputMode="url"
            optional={chosen.baseUrl !== null}
            value={own.baseUrl}
            onChange={(baseUrl) => set({ baseUrl })}
            placeholder={chosen.baseUrl ?? 'https://'}
            spellCheck={false}
            error={errorOf('baseUrl')}
            hint="Only hosts that this installation lists are taken."
          />
          <KeyField
            stored={stored.key}
            isForAnother={isForAnother}
            isNeeded={chosen.needsKey}
            draft={own.key}
            error={errorOf('apiKey')}
            onChange={(key) => set({ key })}
          />
        </>
      )}
      {(chosen || slot === 'primary') && (
        <ConnectionTest program={program} input={{ ...slotInput(view, draft, slot), slot }} onIssues={setTested} />
      )}
    </div>
  );
}
