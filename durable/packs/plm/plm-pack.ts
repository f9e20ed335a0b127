// Product lifecycle data: programs, designs, items and change orders. A client may name any program or design; the queries
// return only what this user can see.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { parseReply } from '../../tools/sql-reply.ts';
import { visibleText } from '../../tools/visible-text.ts';
import { holdsAny, type Pack, type View, type ViewedScope } from '../pack.ts';
import { readAs } from './functions.ts';
import { plmInView, plmPrompt } from './knowledge.ts';
import { PLM_TOOLS, SEARCH_TOOLS } from './plm-tools.ts';
import { titleOfBrief } from './workspace/labels.ts';
import { SharedPlaceAnswer } from './workspace/page-shapes.ts';

const RESOURCES = ['parts', 'programs', 'designs', 'change_orders', 'tasks'];

export const plmPack: Pack = {
  id: 'plm',
  isFor: (access) => holdsAny(access, RESOURCES),
  tools: (mode) => (mode === 'search' ? SEARCH_TOOLS : PLM_TOOLS),
  findInView: findPlmInView,
  findShared: findDesignWorkspace,
  prompt: plmPrompt,
  inView: plmInView,
};

async function findPlmInView(...[{ programId, designId }, tenant]: Parameters<Pack['findInView']>): Promise<View> {
  const [row] = await tenant.query(
    sql`select plm.resolve_entity(${namedBy('Program', programId)}::jsonb) as program,
      plm.resolve_entity(${namedBy('Design', designId)}::jsonb) as design`,
  );
  const program = toEntity(row?.['program']);
  const design = toEntity(row?.['design']);
  const isOfOtherProgram = program && design && design.programId !== program.id;
  return {
    program: program && { id: program.id, code: program.number, name: program.name },
    design: design && !isOfOtherProgram ? toDesign(design) : null,
  };
}

const namedBy = (itemType: string, itemId: string | null): string => JSON.stringify({ itemType, itemId });

const Entity = z.object({ id: z.string(), number: z.string(), name: z.string(), programId: z.string() });
type Entity = z.infer<typeof Entity>;

function toEntity(envelope: unknown): Entity | null {
  const reply = parseReply(envelope);
  return reply.refused ? null : Entity.parse(reply.data);
}

const toDesign = ({ id, number: code, name, programId }: Entity): ViewedScope => ({ id, code, name, programId });

/** A design workspace, whose conversation its members share. */
export async function findDesignWorkspace(...[id, tenant]: Parameters<NonNullable<Pack['findShared']>>) {
  const found = await readAs(SharedPlaceAnswer, tenant, 'find_shared_place', { id });
  if ('refused' in found) return null;
  const { description, program, design, canManage, openedAt } = found;
  return {
    title: visibleText(titleOfBrief(description)),
    brief: description,
    view: { program: toInView(program), design: design && toInView(design) },
    openedAt: Date.parse(openedAt),
    canManage,
  };
}

const toInView = ({ id, code, name }: { id: string; code: string; name: string }): ViewedScope => ({ id, code, name });
