// Merges the tools of several packs into one list. Models call tools by name, so when two packs use the same name, each gets
// its pack's name as a prefix.
import type { Tool } from '../tools/tool.ts';

export type PackTools = { readonly id: string; readonly tools: readonly Tool[] };

export type CombinedTools = {
  readonly tools: readonly Tool[];
  /** A note for the model about changed names; null if none changed. */
  readonly note: string | null;
};

/** @throws Error if one pack has two tools with the same name */
export function combineTools(packs: readonly PackTools[]): CombinedTools {
  const owners = new Map<string, string[]>();
  for (const { id, tools } of packs) {
    for (const { name } of tools) {
      const others = owners.get(name) ?? [];
      if (others.includes(id)) throw new Error(`the pack ${id} has two tools called ${name}`);
      owners.set(name, [...others, id]);
    }
  }
  const shared = [...owners].filter(([, ids]) => ids.length > 1);
  const isShared = new Set(shared.map(([name]) => name));
  const tools = packs.flatMap((pack) =>
    pack.tools.map((tool) => (isShared.has(tool.name) ? { ...tool, name: nameIn(pack.id, tool.name) } : tool)),
  );
  const notes = shared.map(
    ([name, ids]) => `${name} is called ${ids.map((id) => nameIn(id, name)).join(' or ')} here.`,
  );
  return { tools, note: notes.length > 0 ? notes.join('\n') : null };
}

const nameIn = (pack: string, name: string): string => `${pack}_${name}`;
