// What the demo model shows as thinking when a request asks for it: the plan that it follows, nothing more.
import type { Answer } from './chat.ts';

export function thinkAloud(planned: Answer): string {
  const [first] = planned.toolCalls;
  if (first === undefined) return 'The words ask for nothing that a tool should do now. I answer from what is here.';
  const names = planned.toolCalls.map((toolCall) => toolCall.name).join(' and ');
  return `The words fit ${names}. I fill the arguments from the message and wait for the result.`;
}
