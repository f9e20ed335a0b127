// The tools of several packs as one list, for an org that has the data of more than one. A model calls a tool by its name,
// so a name that two packs use would hide one of them: there, each of them gets its pack's name before its own.
import type { Tool } from '../tools/tool.ts';

export type PackTools = { readonly id: string; readonly tools: readonly Tool[] };

export type Combined = {
  readonly tools: readonly Tool[];
  /** What the packs' own prompts do not know: the names that changed, in words; null where none did. */
  readonly note: string | null;
};

/** @throws Error where one pack has two tools of a name */
export function combineTools(packs: readonly PackTools[]): Combined {
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
