// The program and design that a user looks at. A client may name anything: only what this user sees counts.
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { readAnswer } from '../../tools/sql-answer.ts';
import type { InView, Pack, View } from '../pack.ts';

const Entity = z.object({ id: z.string(), number: z.string(), name: z.string(), programId: z.string() });
type Entity = z.infer<typeof Entity>;

export const findInView: Pack['findInView'] = async function findPlmInView(
  { programId, designId },
  tenant,
): Promise<View> {
  const [row] = await tenant.query(
    sql`select plm.resolve_entity(${namedBy('Program', programId)}::jsonb) as program,
      plm.resolve_entity(${namedBy('Design', designId)}::jsonb) as design`,
  );
  const program = toEntity(row?.['program']);
  const design = toEntity(row?.['design']);
  // A design of another program is not what the user looks at.
  const isApart = program && design && design.programId !== program.id;
  return { program: program && toView(program), design: design && !isApart ? toDesign(design) : null };
};

const namedBy = (itemType: string, itemId: string | null): string => JSON.stringify({ itemType, itemId });

function toEntity(envelope: unknown): Entity | null {
  const answer = readAnswer(envelope);
  return answer.refused ? null : Entity.parse(answer.data);
}

const toView = ({ id, number: code, name }: Entity): InView => ({ id, code, name });
const toDesign = (design: Entity): InView => ({ ...toView(design), programId: design.programId });
