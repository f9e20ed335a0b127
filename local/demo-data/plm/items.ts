// The demo items as table rows, numbered in order, with a history that leads to their states.
import { requireDemoPerson } from '../demo-people.ts';
import type { DemoRow } from '../demo-rows.ts';
import { DEMO_PARTS } from './parts.ts';
import { DEMO_DESIGNS, DEMO_DOCUMENTS, DEMO_PROGRAMS, DEMO_REQUIREMENTS, DEMO_TASKS } from './records.ts';

const KINDS = {
  program: '0d0a',
  design: '0d0b',
  part: '0d01',
  document: '0d02',
  requirement: '0d03',
  task: '0d04',
  changeOrder: '0d05',
  /** A later revision, or a change order's working copy. */
  revision: '0d06',
  branch: '0d07',
  link: '0d08',
  history: '0d09',
  workflow: '0d0c',
  workspace: '0d0d',
} as const;

export const demoId = (kind: keyof typeof KINDS, number: number): string =>
  `${KINDS[kind]}0000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const FIRST_DAY = Date.UTC(2026, 2, 2, 8);
const HOUR_MS = 3_600_000;
export const demoTime = (hours: number): string => new Date(FIRST_DAY + hours * HOUR_MS).toISOString();

const PATHS: Readonly<Record<string, readonly string[]>> = {
  Part: ['Draft', 'In Review', 'Approved', 'Released'],
  Document: ['Draft', 'In Review', 'Approved', 'Released'],
  Requirement: ['Draft', 'Proposed', 'In Review', 'Approved', 'Implemented', 'Verified'],
  Task: ['Backlog', 'To Do', 'In Progress', 'In Review', 'Done'],
};

/** The part that has an older revision. */
const REVISED_KEY = 'elbowhous';

export type DemoItems = ReturnType<typeof listDemoItems>;

export function listDemoItems() {
  const rows: DemoRow[] = [];
  const parts: DemoRow[] = [];
  const documents: DemoRow[] = [];
  const requirements: DemoRow[] = [];
  const tasks: DemoRow[] = [];
  const history: DemoRow[] = [];
  const byKey = new Map<string, DemoRow>();
  const counts = { PN: 0, DOC: 0, REQ: 0, TSK: 0 };
  const eli = requireDemoPerson('eli@cascade.test').id;
  const ada = requireDemoPerson('ada@cascade.test').id;

  const note = (row: DemoRow, action: string, changes: DemoRow, hours: number, user = eli) =>
    history.push({
      id: demoId('history', history.length + 1),
      ...{ program_id: row['program_id'], item_id: row['id'], master_id: row['master_id'] },
      ...{ user_id: user, action, revision: row['revision'], changes, created_at: demoTime(hours) },
    });

  function add(
    type: string,
    kind: keyof typeof KINDS,
    prefix: keyof typeof counts,
    key: string,
    place: DemoRow,
    state: string,
  ) {
    counts[prefix] += 1;
    const id = demoId(kind, counts[prefix]);
    const hours = rows.length * 3;
    const path = PATHS[type]?.slice(0, Math.max(1, (PATHS[type]?.indexOf(state) ?? 0) + 1)) ?? [];
    const steps = path.at(-1) === state ? path : [...path, state];
    const row = {
      ...{ id, master_id: id, item_number: `${prefix}-${String(counts[prefix]).padStart(6, '0')}`, revision: 'A' },
      ...{ item_type: type, description: '', state, is_current: true, is_working: false, version: steps.length },
      ...{
        created_by: eli,
        updated_by: eli,
        created_at: demoTime(hours),
        updated_at: demoTime(hours + steps.length - 1),
      },
      ...place,
    };
    rows.push(row);
    byKey.set(key, row);
    note(row, 'created', {}, hours);
    for (const [index, step] of steps.slice(1).entries()) {
      note(
        row,
        'moved',
        { state: { from: steps[index], to: step } },
        hours + index + 1,
        step === 'Approved' ? ada : eli,
      );
    }
    return row;
  }

  for (const [design, list] of Object.entries(DEMO_PARTS)) {
    for (const [key, name, state, partType, material, cost, grams] of list) {
      const row = add('Part', 'part', 'PN', key, { ...placeOf(design), name }, state);
      const isHeavy = grams !== null && grams >= 1000;
      parts.push({
        ...{ item_id: row.id, program_id: placeOf(design).program_id, part_type: partType, material, cost },
        currency: cost === null ? null : 'USD',
        weight: isHeavy ? grams / 1000 : grams,
        weight_unit: grams === null ? null : isHeavy ? 'kg' : 'g',
      });
    }
  }
  for (const [design, name, documentType, state] of DEMO_DOCUMENTS) {
    const row = add('Document', 'document', 'DOC', name, { ...placeOf(design), name }, state);
    const fileName = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.pdf`;
    documents.push({
      item_id: row.id,
      program_id: placeOf(design).program_id,
      document_type: documentType,
      file_name: fileName,
    });
  }
  for (const [design, name, requirementType, state] of DEMO_REQUIREMENTS) {
    const row = add('Requirement', 'requirement', 'REQ', name, { ...placeOf(design), name }, state);
    requirements.push({ item_id: row.id, program_id: placeOf(design).program_id, requirement_type: requirementType });
  }
  for (const [program, design, name, state, priority, assignee, dueDate] of DEMO_TASKS) {
    const place = design === null ? placeOfProgram(program) : placeOf(design);
    const row = add('Task', 'task', 'TSK', name, { ...place, name }, state);
    tasks.push({
      ...{ item_id: row.id, program_id: place.program_id, priority, due_date: dueDate },
      assignee: assignee === null ? null : requireDemoPerson(`${assignee}@cascade.test`).id,
    });
  }

  // The first revision keeps its row; the current revision is a second row.
  const first = byKey.get(REVISED_KEY);
  if (!first) throw new Error(`${REVISED_KEY} is not among the parts`);
  const index = rows.indexOf(first);
  const second = { ...first, id: demoId('revision', 1), revision: 'B' };
  rows[index] = { ...first, state: 'Superseded', is_current: false };
  rows.push(second);
  byKey.set(REVISED_KEY, second);
  const details = parts.find((row) => row['item_id'] === first['id']);
  parts.push({ ...details, item_id: second.id });
  note(rows[index], 'superseded', { state: { from: 'Released', to: 'Superseded' } }, 900, ada);
  note(second, 'released', { revision: { from: 'A', to: 'B' } }, 900, ada);

  return {
    ...{ rows, parts, documents, requirements, tasks, history, counts },
    /** The current row of an item, by its key or else its name. */
    masterOf: function masterOf(key: string): DemoRow {
      const found = byKey.get(key);
      if (!found) throw new Error(`${key} is not in the demo data`);
      return found;
    },
  };
}

export function placeOf(code: string) {
  const place = DEMO_DESIGNS.findIndex(([design]) => design === code);
  const design_id = demoId('design', place + 1);
  return { ...placeOfProgram(DEMO_DESIGNS[place]?.[1] ?? ''), design_id, branch_id: design_id };
}

function placeOfProgram(code: string) {
  const place = DEMO_PROGRAMS.findIndex((program) => program.code === code);
  return {
    program_id: demoId('program', place + 1),
    design_id: null as string | null,
    branch_id: null as string | null,
  };
}
