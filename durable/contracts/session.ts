// A conversation's own data as it is stored, listed and sent. Worker and objects may run neighboring releases: add optional
// fields, never change one.

import * as z from 'zod';
import { cleanedText } from '../input-text.ts';

/** Who takes part: the owner, or everyone with access to the place that the conversation belongs to. */
export const Audience = z.enum(['private', 'shared']);
export type Audience = z.infer<typeof Audience>;

export const SessionDraft = z.object({
  id: z.uuid(),
  title: cleanedText().max(255).nullable(),
  model: z.string().nullable(),
  programId: z.string().max(64).nullable(),
  designId: z.string().max(64).nullable(),
});
export type SessionDraft = z.infer<typeof SessionDraft>;

export const SessionPatch = z.object({
  title: cleanedText().min(1).max(255).optional(),
  model: z.string().optional(),
  pinned: z.boolean().optional(),
});
export type SessionPatch = z.infer<typeof SessionPatch>;

/** Where a forked conversation was copied from. */
export const ForkedFrom = z.object({
  sessionId: z.uuid(),
  /** The last message that was copied: its id in the original, and its id here. */
  messageId: z.uuid(),
  copyId: z.uuid(),
  /** The original's title at the time. */
  title: z.string().nullable(),
});
export type ForkedFrom = z.infer<typeof ForkedFrom>;

/** A conversation as its participants see it. Times are Unix milliseconds. */
export const SessionRecord = z.object({
  id: z.uuid(),
  title: z.string().nullable(),
  model: z.string().nullable(),
  programId: z.string().max(64).nullable(),
  designId: z.string().max(64).nullable(),
  pinned: z.boolean(),
  /** Private if absent. */
  audience: Audience.optional(),
  forkedFrom: ForkedFrom.nullish(),
  createdAt: z.int(),
  updatedAt: z.int(),
  /** Grows with every change, so that a late copy never replaces a newer one. */
  version: z.int(),
});
export type SessionRecord = z.infer<typeof SessionRecord>;

// Runs

/** How hard the model should think, in words that fit every model. */
export const EffortChoice = z.enum(['fast', 'balanced', 'thorough']);
export type EffortChoice = z.infer<typeof EffortChoice>;

export const RunMode = z.enum(['chat', 'search']);
export type RunMode = z.infer<typeof RunMode>;
