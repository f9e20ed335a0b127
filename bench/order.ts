// What the upstream is asked to stream. It travels as the words of the user's message, which every party passes on.
import { z } from 'zod';

const Order = z.object({
  /** Before the first byte of the reply, in milliseconds. */
  delayMs: z.int().min(0),
  events: z.int().min(1),
  /** Milliseconds between two events; 0 sends all of them at once. */
  everyMs: z.int().min(0),
});
export type Order = z.infer<typeof Order>;

export const writeOrder = (order: Order): string => JSON.stringify(order);

export const readOrder = (text: string): Order => Order.parse(JSON.parse(text));

/** A moment by the machine's one monotonic clock, which all processes share; in milliseconds. */
export const sharedNow = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

const STAMP = /<(\d+\.\d{3})>/g;

/** Written into a delta: when it was made. */
export const stamp = (): string => `<${sharedNow().toFixed(3)}>`;

/** The moments stamped into `text`, in order. */
export const readStamps = (text: string): number[] => Array.from(text.matchAll(STAMP), ([, moment]) => Number(moment));
