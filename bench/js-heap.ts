// What the Worker's isolate holds in its heap once everything is collected that nobody needs, by the runtime's inspector.
// The process's own memory says less: the runtime gives back little of what it once took.
import { z } from 'zod';

const Targets = z.array(z.object({ id: z.string(), webSocketDebuggerUrl: z.string() }));
const Reply = z.object({ id: z.number().optional(), result: z.unknown() });
const HeapUsage = z.object({ usedSize: z.number() });

export type JsHeap = {
  /** Megabytes (10^6 bytes) in use after a full collection. */
  measure(): Promise<number>;
  close(): void;
};

/** @throws Error where no Worker is found at the inspector */
export async function openJsHeap(inspectorUrl: string): Promise<JsHeap> {
  const targets = Targets.parse(await (await fetch(`${inspectorUrl}/json`)).json());
  const target = targets.find(({ id }) => id === 'core:user:groundwire');
  if (!target) throw new Error('the inspector knows no Worker');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')));
  });
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = Reply.parse(JSON.parse(String(data)));
    if (id === undefined) return;
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let calls = 0;
  const call = (method: string): Promise<unknown> =>
    new Promise((resolve) => {
      calls += 1;
      waiting.set(calls, resolve);
      socket.send(JSON.stringify({ id: calls, method }));
    });
  await call('HeapProfiler.enable');
  return {
    measure: async function measureAfterCollection() {
      await call('HeapProfiler.collectGarbage');
      return HeapUsage.parse(await call('Runtime.getHeapUsage')).usedSize / 1e6;
    },
    close: () => socket.close(),
  };
}
