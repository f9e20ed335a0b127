// What is known when a tool's arguments are filled.
import type { DemoTool } from './chat.ts';
import type { Entity } from './entities.ts';
import type { Intent } from './intents.ts';

export type Filling = {
  readonly tool: DemoTool;
  readonly intent: Intent;
  /** What the user wants, in their words. */
  readonly text: string;
  /** The items that it is about, the first first. */
  readonly items: readonly Entity[];
  /** The design, program, project, … that it is about, by kind. */
  readonly places: Readonly<Record<string, Entity | null>>;
};

/** The item that it is about before all others. */
export function mainItem(filling: Filling): Entity | undefined {
  const under = changeOrderOf(filling);
  return filling.items.find((item) => item !== under) ?? filling.items[0];
}

/** The change order that a write goes under, as in "under ECO-000001"; it is not itself what is written. */
export function changeOrderOf(filling: Pick<Filling, 'items' | 'text'>): Entity | undefined {
  const named =
    /\b(?:under|with|via|using|in|within|as part of)\s+(?:the\s+)?(?:change order\s+)?((?:ECO|ECN|MCO|DEV)-\d+)/i;
  const number = named.exec(filling.text)?.[1]?.toUpperCase();
  return number === undefined ? undefined : filling.items.find((entity) => entity.number === number);
}
