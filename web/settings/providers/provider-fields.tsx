// The fields of a provider: provider, model, base URL, API key and connection test.
import { useId, useState } from 'react';
import type { AiSettingsView } from '../../../worker/api/settings/settings-schema.ts';
import { SelectField } from '../../design/controls/select-field.tsx';
import { TextField } from '../../design/controls/text-field.tsx';
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
import { wireLabel } from './settings-labels.ts';

type ProviderFieldsProps = {
  view: AiSettingsView;
  program: string | null;
  slot: Slot;
  draft: SettingsDraft;
  /** The label of the empty choice. */
  none: string;
  issues: ReadonlyMap<string, string>;
  onChange: (draft: SettingsDraft) => void;
};

/** The API that a server speaks if none is chosen. */
const defaultWire = (
  { wires, ownWire, baseUrl: ownUrl }: AiSettingsView['providers'][number],
  baseUrl: string,
): string | null => (baseUrl.trim() === '' || baseUrl.trim() === ownUrl ? ownWire : (wires[0]?.id ?? null));

export function ProviderFields({ view, program, slot, draft, none, issues, onChange }: ProviderFieldsProps) {
  const listId = useId();
  const [presetId, setPresetId] = useState('');
  const [tested, setTested] = useState<ReadonlyMap<string, string>>(new Map());
  const [stored, own] = [storedSlot(view, slot), draft[slot]];
  const chosen = view.providers.find(({ id }) => id === own.provider);
  const set = (change: Partial<SlotDraft>) => {
    setTested(new Map());
    onChange({ ...draft, [slot]: { ...own, ...change } });
  };
  const preset = view.presets.find(({ id }) => id === presetId && own.provider !== '');
  const startFrom = (id: string) => {
    const start = view.presets.find((one) => one.id === id);
    setPresetId(id);
    if (start) {
      const { provider, baseUrl, wire } = start;
      set({ provider, model: '', baseUrl: baseUrl ?? '', wire: wire ?? '', key: { kind: 'keep' } });
    }
  };
  const errorOf = (field: string) => tested.get(field) ?? issues.get(slot === 'primary' ? field : `fallback.${field}`);
  const isForAnother = isKeyForAnother(stored, own);
  return (
    <div className="flex flex-col gap-4">
      <SelectField
        label="Start from"
        optional
        value={preset?.id ?? ''}
        onChange={startFrom}
        hint={preset?.note ?? 'Fills in the fields for a known server.'}
        options={[
          { value: '', label: 'Choose a server' },
          ...view.presets.map(({ id, label }) => ({ value: id, label })),
        ]}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Provider"
          value={own.provider}
          // The other fields belong to the previous provider.
          onChange={(provider) => {
            setPresetId('');
            set({ provider, model: '', baseUrl: '', wire: '', key: { kind: 'keep' } });
          }}
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
              hint="A model outside this list needs your own API key."
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
            hint="Only allowlisted hosts can be used."
          />
          {chosen.wires.length > 1 && (
            <SelectField
              label="API"
              value={own.wire}
              onChange={(wire) => set({ wire })}
              error={errorOf('wire')}
              hint="Test the connection to find out which API the server speaks."
              options={[
                { value: '', label: `Default (${wireLabel(view.providers, defaultWire(chosen, own.baseUrl))})` },
                ...chosen.wires.map(({ id, label }) => ({ value: id, label })),
              ]}
            />
          )}
          <KeyField
            stored={stored.key}
            isForAnother={isForAnother}
            isNeeded={chosen.needsKey || preset?.needsKey === true}
            draft={own.key}
            error={errorOf('apiKey')}
            onChange={(key) => set({ key })}
          />
        </>
      )}
      {(chosen || slot === 'primary') && (
        <ConnectionTest
          program={program}
          input={{ ...slotInput(view, draft, slot), slot }}
          onIssues={setTested}
          labelOf={(wire) => wireLabel(view.providers, wire) ?? wire}
          {...(chosen && { onUse: (wire: string) => set({ wire }) })}
        />
      )}
    </div>
  );
}
