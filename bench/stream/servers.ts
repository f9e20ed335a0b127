// Starts the upstream and every peer's server once.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { type Groundwire, groundwire } from '../peers/groundwire-peer.ts';

export type Servers = {
  readonly bare: ServerProcess;
  /** The pass-through behind the same simulated platform services as Groundwire. */
  readonly platform: ServerProcess;
  readonly own: ServerProcess;
  readonly groundwire: Groundwire;
  /** Null if AIChatAgent isn't installed. */
  readonly agent: ServerProcess | null;
  stop(): Promise<void>;
};

const AGENT_DIR = join(import.meta.dirname, '../peers/ai-chat-agent');

export async function startServers(): Promise<Servers> {
  const started: ServerProcess[] = [];
  const start = async (file: string, ...args: string[]): Promise<ServerProcess> => {
    const server = await startServerProcess(file, args);
    started.push(server);
    return server;
  };
  const stop = async (): Promise<void> => {
    for (const server of started.reverse()) await server.stop();
  };
  try {
    const { url } = await start('upstream-process.ts');
    const bare = await start('pass-through-process.ts', url);
    const platform = await start('pass-through-process.ts', url, 'platform');
    const own = await start('groundwire-process.ts', url);
    const hasAgent = existsSync(join(AGENT_DIR, 'node_modules'));
    if (!hasAgent) console.log('Without AIChatAgent. To include it, install it as bench/README.md describes.\n');
    const agent = hasAgent ? await start('ai-chat-agent-process.ts', url) : null;
    return { bare, platform, own, groundwire: groundwire(own), agent, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
