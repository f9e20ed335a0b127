// Servers that an admin can start from in the settings. A preset only fills in the form: everything can be changed, and the
// connection test says which API the server really speaks.
import type { WireName } from './provider.ts';

export type ServerPreset = {
  readonly id: string;
  readonly label: string;
  /** The provider's id in the registry. */
  readonly provider: string;
  /** Null: the provider's own address. */
  readonly baseUrl: string | null;
  /** Null: the default for the address. */
  readonly wire: WireName | null;
  readonly needsKey: boolean;
  /** What an admin has to know, as they read it. */
  readonly note: string;
};

const HOST_MUST_BE_ALLOWED = 'Your operator must allow the host.';
const LOCAL = `This address works in development only. Otherwise enter an https address. ${HOST_MUST_BE_ALLOWED}`;

export const SERVER_PRESETS: readonly ServerPreset[] = [
  {
    id: 'azure',
    label: 'Azure OpenAI (v1)',
    provider: 'openai',
    baseUrl: 'https://YOUR-RESOURCE.openai.azure.com/openai/v1',
    wire: 'openai-responses',
    needsKey: true,
    note: `Replace YOUR-RESOURCE. The model is the name of your deployment. ${HOST_MUST_BE_ALLOWED}`,
  },
  {
    id: 'openrouter',
    label: 'OpenRouter',
    provider: 'openrouter',
    baseUrl: null,
    wire: null,
    needsKey: true,
    note: 'A model’s name starts with its vendor, such as openai/gpt-6-sol.',
  },
  {
    id: 'vllm',
    label: 'vLLM',
    provider: 'compatible',
    baseUrl: 'http://localhost:8000/v1',
    wire: null,
    needsKey: false,
    note: `The model is the one that the server was started with. It needs --enable-auto-tool-choice to call tools. ${LOCAL}`,
  },
  {
    id: 'lm-studio',
    label: 'LM Studio',
    provider: 'compatible',
    baseUrl: 'http://localhost:1234/v1',
    wire: null,
    needsKey: false,
    note: `Start the server under Developer and load the model first. ${LOCAL}`,
  },
  {
    id: 'groq',
    label: 'Groq',
    provider: 'compatible',
    baseUrl: 'https://api.groq.com/openai/v1',
    wire: null,
    needsKey: true,
    note: 'Choose a model that supports tool use.',
  },
  {
    id: 'mistral',
    label: 'Mistral',
    provider: 'compatible',
    baseUrl: 'https://api.mistral.ai/v1',
    wire: null,
    needsKey: true,
    note: 'Choose a model that supports function calling.',
  },
  {
    id: 'deepseek',
    label: 'DeepSeek',
    provider: 'compatible',
    baseUrl: 'https://api.deepseek.com',
    wire: null,
    needsKey: true,
    note: 'DeepSeek speaks Chat Completions only.',
  },
  {
    id: 'xai',
    label: 'xAI',
    provider: 'compatible',
    baseUrl: 'https://api.x.ai/v1',
    wire: null,
    needsKey: true,
    note: 'xAI speaks both APIs. Test the connection with each to compare.',
  },
  {
    id: 'ollama',
    label: 'Ollama',
    provider: 'ollama',
    baseUrl: null,
    wire: null,
    needsKey: false,
    note: `Pull the model first. Ollama decides how much of a conversation it reads, and the product asks for that limit. ${LOCAL}`,
  },
];
