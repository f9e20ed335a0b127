// Everyone who takes part in a run, each started once.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Groundwire, groundwire } from './groundwire-peer.ts';
import { type Party, startParty } from './party.ts';

export type Parties = {
  readonly bare: Party;
  /** The pass-through behind the platform's parts that Groundwire stands behind. */
  readonly platform: Party;
  readonly own: Party;
  readonly groundwire: Groundwire;
  /** Null where it is not installed. */
  readonly agent: Party | null;
  stop(): Promise<void>;
};

const AGENT_DIR = join(import.meta.dirname, 'ai-chat-agent');

export async function startParties(): Promise<Parties> {
  const started: Party[] = [];
  const start = async (file: string, ...args: string[]): Promise<Party> => {
    const party = await startParty(file, args);
    started.push(party);
    return party;
  };
  const stop = async (): Promise<void> => {
    for (const party of started.reverse()) await party.stop();
  };
  try {
    const { url } = await start('upstream-process.ts');
    const bare = await start('pass-through-process.ts', url);
    const platform = await start('pass-through-process.ts', url, 'platform');
    const own = await start('groundwire-process.ts', url);
    const hasAgent = existsSync(join(AGENT_DIR, 'node_modules'));
    if (!hasAgent) console.log('AIChatAgent is left out; `npm ci --prefix bench/ai-chat-agent` brings it in.\n');
    const agent = hasAgent ? await start('ai-chat-agent-process.ts', url) : null;
    return { bare, platform, own, groundwire: groundwire(own), agent, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
