// A design workspace as a conversation knows it: what it is called, what it is about, and whether this user may see it.
import { visibleText } from '../../tools/visible-text.ts';
import type { InView, Pack } from '../pack.ts';
import { readAs } from './workspace-read.ts';
import { SharedPlaceAnswer } from './workspace-shapes.ts';
import { titleOfBrief } from './workspace-words.ts';

export const findSharedPlace: NonNullable<Pack['findShared']> = async function findSharedPlace(id, tenant) {
  const found = await readAs(SharedPlaceAnswer, tenant, 'find_shared_place', { id });
  if ('refused' in found) return null;
  const { description, program, design, canManage, openedAt } = found;
  return {
    title: visibleText(titleOfBrief(description)),
    brief: description,
    view: { program: toView(program), design: design && toView(design) },
    openedAt: Date.parse(openedAt),
    canManage,
  };
};

const toView = ({ id, code, name }: { id: string; code: string; name: string }): InView => ({ id, code, name });
