import type { Run } from './run.ts';

/** When a Task is gone, so is everything that was made for it. */
export function noOrphan({ history }: Pick<Run, 'history'>): string[] {
  const lives = [...history.lives.values()];
  return lives.filter(({ goneAt, ownerUid }) => goneAt === undefined && ownerUid !== undefined).flatMap((child) => {
    const owner = history.lives.get(child.ownerUid!);
    return owner && owner.goneAt === undefined ? [] : [`${child.kind} "${child.name}" is there, and its owner is not`];
  });
}
