// Describes the stream that the upstream should send. It travels as the text of the user's message, which every peer passes
// on.
import * as z from 'zod';

const StreamSpec = z.object({
  /** Milliseconds before the first byte of the response. */
  delayMs: z.int().min(0),
  events: z.int().min(1),
  /** Milliseconds between two events; 0 sends all of them at once. */
  everyMs: z.int().min(0),
});
export type StreamSpec = z.infer<typeof StreamSpec>;

export const writeSpec = (order: StreamSpec): string => JSON.stringify(order);

export const readSpec = (text: string): StreamSpec => StreamSpec.parse(JSON.parse(text));

/** Milliseconds of the machine's monotonic clock, which all processes share. */
export const sharedNow = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

const STAMP = /<(\d+\.\d{3})>/g;

/** The creation time, written into a delta. */
export const stamp = (): string => `<${sharedNow().toFixed(3)}>`;

/** The creation times in `text`, in order. */
export const readStamps = (text: string): number[] => Array.from(text.matchAll(STAMP), ([, time]) => Number(time));
