import type { Point } from './one-fault.ts';

/** One Task, and somebody who deletes it, makes it again, or what it needs. */
const PEOPLE = new Set(['late secret', 'late workspace', 'tool server', 'deleted while it runs', 'deleted while it starts', 'made again', 'its Job deleted', 'after a Job of its name']);

/** What a shape is about, by which the walk is divided: a file of tests is one process, and several run at a time. */
export type Theme = 'single' | 'people' | 'several' | 'budgets' | 'retries and tokens' | 'triggers';

export function themeOf(shape: string): Theme {
  if (shape.startsWith('budget')) return 'budgets';
  if (shape.startsWith('trigger')) return 'triggers';
  if (['retried', 'tried again', 'tried again on a branch', 'github app'].includes(shape)) return 'retries and tokens';
  return shape === 'several slots' || shape.includes('branch') || shape === 'chain' || shape === 'of a failed one' ? 'several' : PEOPLE.has(shape) ? 'people' : 'single';
}

/** Where what was spent, tried, asked of GitHub or told by somebody could be counted twice. */
export function hasEachFault(theme: Theme): boolean {
  return theme === 'budgets' || theme === 'retries and tokens' || theme === 'triggers';
}

/** Of what is left to chance one in so many, another each for neighbouring shapes; 1 is all points there are. */
const STRIDE = Number(process.env.TASKWRIGHT_FAULT_STRIDE ?? 43);
/** Of each fault at each place of the life, where every one is walked; of triggers, which are several shapes with the same places, one for each. */
const OF_EACH = 2;
/** Lives of several Tasks that take long: a death after one in so many writes. */
const DEATHS: Readonly<Partial<Record<Theme, number>>> = { budgets: 4, triggers: 2 };

/**
 * The points of a shape that `npm test` takes time for. A death after every write, and before every second one: what differs is only what else was under way.
 * Of budgets, which are several Tasks and half an hour, after every fourth; of triggers after every second, and after every one that changes something outside. Of the rest a share; of
 * budgets, retries, tokens and triggers some of every fault at every place, spread over the life.
 */
export function sampleOf(points: readonly Point[], offset: number): Point[] {
  if (STRIDE === 1 || points.length === 0) return [...points];
  const theme = themeOf(points[0]!.shape);
  const every = DEATHS[theme];
  const isDeath = ({ fault, place, at }: Point) => (every === undefined ? fault === 'death after' || (fault === 'death before' && at % 2 === 0) : fault === 'death after' && (place === 'tell' || at % every === offset % every));
  if (!hasEachFault(theme)) return points.filter((point, index) => isDeath(point) || (index + offset) % STRIDE === 0);
  const spread = new Set([...Map.groupBy(points, kindOf).values()].flatMap((same, index) => spreadOver(same, theme === 'triggers' ? 1 : OF_EACH, phaseOf(offset + index))));
  return points.filter((point) => isDeath(point) || spread.has(point));
}

/** A fault and where it happens: of the same kind, points differ only in when. */
export function kindOf({ fault, place }: Point): string {
  return `${fault} at ${place}`;
}

function spreadOver(points: readonly Point[], most: number, phase: number): Point[] {
  const count = Math.min(most, points.length);
  return Array.from({ length: count }, (_, index) => points[Math.floor((index + phase) * points.length / count)]!);
}

/** From 0 to 1, as far as can be from those of its neighbours. */
function phaseOf(index: number): number {
  return (index * 0.618_034) % 1;
}
