import { SPAWNED_ANNOTATIONS, type Task } from '@taskwright/schema';

/** A priority that is none comes after all that are, as does none at all. */
const WHOLE_NUMBER = /^\d{1,9}$/;
const LAST = '~';

/** What Tasks that wait for the same thing are sorted by, as text: priority, then age, then name. */
export function turnOf({ metadata: { annotations, creationTimestamp = '', name } }: Pick<Task, 'metadata'>): string {
  const priority = annotations?.[SPAWNED_ANNOTATIONS.priority] ?? '';
  return `${WHOLE_NUMBER.test(priority) ? priority.padStart(9, '0') : LAST} ${creationTimestamp} ${name}`;
}

/** The more urgent Task goes first; of two that are as urgent the older, and of two made in one second the one whose name comes first. */
export function isAhead(a: Task, b: Task): boolean {
  return turnOf(a) < turnOf(b);
}
