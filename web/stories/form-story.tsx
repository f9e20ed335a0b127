// A form with every kind of field.
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Banner } from '../design/banner.tsx';
import { Button } from '../design/controls/button.tsx';
import { Combobox, type ComboboxChoice } from '../design/controls/combobox.tsx';
import { SelectField } from '../design/controls/select-field.tsx';
import { Switch } from '../design/controls/switch.tsx';
import { PasswordField, TextAreaField, TextField } from '../design/controls/text-field.tsx';

const PROVIDERS = [
  { value: 'anthropic', label: 'Anthropic' },
  { value: 'openai', label: 'OpenAI' },
  { value: 'ollama', label: 'Ollama', disabled: true },
];

const PLACES: readonly ComboboxChoice[] = [
  { id: '1', title: 'Red Mesa Amphitheatre', detail: 'Amphitheatre · Denver' },
  { id: '2', title: 'Meridian Hall', detail: 'Theatre · New York' },
];

export function FormStory() {
  const [place, setPlace] = useState<ComboboxChoice | null>(null);
  const [words, setWords] = useState('');
  const [provider, setProvider] = useState('anthropic');
  const [url, setUrl] = useState('http://example.com');
  const [key, setKey] = useState('');
  const [notes, setNotes] = useState('');
  const [enabled, setEnabled] = useState(true);
  const [experimental, setExperimental] = useState(false);
  return (
    <main className="h-dvh overflow-y-auto bg-canvas">
      <div className="mx-auto flex max-w-3xl flex-col gap-6 px-4 py-8">
        <h1 className="text-display font-semibold tracking-tight">Provider</h1>
        <Banner
          tone="notice"
          icon={TriangleAlert}
          title="Experimental features may change or be removed without notice."
        />
        <form className="flex flex-col gap-5 rounded-card border border-line-strong bg-raised p-6 shadow-raised">
          <Switch
            label="AI Assistant"
            description="Enable AI-powered Quick Ask and Chat sidebar"
            checked={enabled}
            onChange={setEnabled}
          />
          <Switch label="Off and read-only" checked={experimental} onChange={setExperimental} disabled />
          <Combobox
            label="Place"
            value={place}
            onChange={setPlace}
            words={words}
            onWords={setWords}
            choices={PLACES.filter(({ title }) => title.toLowerCase().includes(words.toLowerCase()))}
            empty="No matches."
          />
          <SelectField label="Provider" options={PROVIDERS} value={provider} onChange={setProvider} />
          <TextField
            label="Base URL"
            optional
            mono
            value={url}
            onChange={setUrl}
            error={url.startsWith('http:') ? 'Use a URL that starts with https://.' : null}
            hint="Only for providers with a custom URL."
          />
          <PasswordField
            label="API key"
            value={key}
            onChange={setKey}
            hint="Key stored · replaced 3 May by Ada. Leave empty to keep it."
          />
          <TextAreaField label="Notes" optional value={notes} onChange={setNotes} placeholder="For other admins" />
          <TextField label="Read only" value="claude-sonnet-4-6" onChange={() => undefined} readOnly />
          <div className="flex justify-end gap-2">
            <Button size="large">Discard</Button>
            <Button size="large" tone="primary" type="submit">
              Save
            </Button>
          </div>
        </form>
      </div>
    </main>
  );
}
