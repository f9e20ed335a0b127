// The project and show that a user looks at. A client may name anything: only what this user sees counts. The two scopes of
// a conversation are `program` and `design` on the wire, whatever a pack keeps in them; here they are project and show.
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { readAnswer } from '../../tools/sql-answer.ts';
import type { InView, Pack, View } from '../pack.ts';

const Entity = z.object({ id: z.string(), number: z.string(), name: z.string(), projectId: z.string() });
type Entity = z.infer<typeof Entity>;

export const findInView: Pack['findInView'] = async function findProductionInView(
  { programId, designId },
  tenant,
): Promise<View> {
  const [row] = await tenant.query(
    sql`select production.resolve_entity(${namedBy('Project', programId)}::jsonb) as project,
      production.resolve_entity(${namedBy('Show', designId)}::jsonb) as show`,
  );
  const project = toEntity(row?.['project']);
  const show = toEntity(row?.['show']);
  // A show of another project is not what the user looks at.
  const isApart = project && show && show.projectId !== project.id;
  return {
    program: project && { id: project.id, code: project.number, name: project.name },
    design: show && !isApart ? toShow(show) : null,
  };
};

const namedBy = (itemType: string, itemId: string | null): string => JSON.stringify({ itemType, itemId });

function toEntity(envelope: unknown): Entity | null {
  const answer = readAnswer(envelope);
  return answer.refused ? null : Entity.parse(answer.data);
}

const toShow = ({ id, name, projectId }: Entity): InView => ({ id, name, programId: projectId });
