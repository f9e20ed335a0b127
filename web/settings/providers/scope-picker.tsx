// Whose provider settings one looks at: the organisation's, or those of one of its programs.
import type { Me } from '../../../worker/contract.ts';
import type { AiSettingsView } from '../../../worker/settings-contract.ts';
import { SelectField } from '../../design/select-field.tsx';

type ScopePickerProps = { me: Me; view: AiSettingsView; onChoose: (code: string | null) => void };

export function ScopePicker({ me, view, onChoose }: ScopePickerProps) {
  const chosen = view.programs.find(({ id }) => id === view.programId)?.code ?? '';
  return (
    <SelectField
      label="Settings for"
      hint="A program may have settings of its own. What they leave open, the organisation’s say; what those leave open, the environment."
      value={chosen}
      onChange={(code) => onChoose(code === '' ? null : code)}
      options={[
        { value: '', label: `${me.org.name}, the whole organisation` },
        ...view.programs.map(({ code, name, exists }) => ({
          value: code,
          label: `${code} · ${name}${exists ? ' (has its own)' : ''}`,
        })),
      ]}
    />
  );
}
