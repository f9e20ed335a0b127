// AIChatAgent as its README sets it up, with the Anthropic provider pointed at the benchmark's upstream.
import { createAnthropic } from '@ai-sdk/anthropic';
import { AIChatAgent } from '@cloudflare/ai-chat';
import { routeAgentRequest } from 'agents';
import { convertToModelMessages, streamText } from 'ai';

export class Chat extends AIChatAgent {
  async onChatMessage() {
    const anthropic = createAnthropic({ apiKey: 'bench', baseURL: `${this.env.UPSTREAM}/v1` });
    const messages = await convertToModelMessages(this.messages);
    return streamText({ model: anthropic('bench'), messages, maxRetries: 0 }).toUIMessageStreamResponse();
  }
}

// biome-ignore lint/style/noDefaultExport: the runtime needs it.
export default {
  async fetch(request, env) {
    return (await routeAgentRequest(request, env)) ?? new Response(null, { status: 404 });
  },
};
