// Live production data: projects, shows, crew, vendors, schedules, RFPs, incidents, deliverables. A client may name any
// project or show; the queries return only what this user can see. A conversation's two scopes are called `program` and
// `design` in every pack; here they hold a project and a show.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { parseReply } from '../../tools/sql-reply.ts';
import { holdsAny, type Pack, type View, type ViewedScope } from '../pack.ts';
import { productionInView, productionPrompt } from './knowledge.ts';
import { PRODUCTION_TOOLS, SEARCH_TOOLS } from './production-tools.ts';

/** The resources of the production permissions. A role that holds one of them has the pack. */
export const RESOURCES = ['projects', 'shows', 'crew', 'vendors', 'schedules', 'rfps', 'incidents', 'deliverables'];

export const productionPack: Pack = {
  id: 'production',
  isFor: (access) => holdsAny(access, RESOURCES),
  tools: (mode) => (mode === 'search' ? SEARCH_TOOLS : PRODUCTION_TOOLS),
  findInView: findProductionInView,
  prompt: productionPrompt,
  inView: productionInView,
};

async function findProductionInView(
  ...[{ programId, designId }, tenant]: Parameters<Pack['findInView']>
): Promise<View> {
  const [row] = await tenant.query(
    sql`select production.resolve_entity(${namedBy('Project', programId)}::jsonb) as project,
      production.resolve_entity(${namedBy('Show', designId)}::jsonb) as show`,
  );
  const project = toEntity(row?.['project']);
  const show = toEntity(row?.['show']);
  const isOfOtherProject = project && show && show.projectId !== project.id;
  return {
    program: project && { id: project.id, code: project.number, name: project.name },
    design: show && !isOfOtherProject ? toShow(show) : null,
  };
}

const namedBy = (itemType: string, itemId: string | null): string => JSON.stringify({ itemType, itemId });

const Entity = z.object({ id: z.string(), number: z.string(), name: z.string(), projectId: z.string() });
type Entity = z.infer<typeof Entity>;

function toEntity(envelope: unknown): Entity | null {
  const reply = parseReply(envelope);
  return reply.refused ? null : Entity.parse(reply.data);
}

const toShow = ({ id, name, projectId }: Entity): ViewedScope => ({ id, name, programId: projectId });
