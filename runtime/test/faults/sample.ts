import type { Point } from './one-fault.ts';

/** What a shape is about, by which the walk is divided: a file of tests is one process, and several run at a time. */
export type Theme = 'single' | 'several' | 'budgets' | 'retries and tokens';

export function themeOf(shape: string): Theme {
  if (shape.startsWith('budget')) return 'budgets';
  if (['retried', 'tried again', 'tried again on a branch', 'github app'].includes(shape)) return 'retries and tokens';
  return shape === 'several slots' || shape.includes('branch') || shape === 'chain' || shape === 'of a failed one' ? 'several' : 'single';
}

/** Where what was spent, tried or asked of GitHub could be counted twice. */
export function hasEachFault(theme: Theme): boolean {
  return theme === 'budgets' || theme === 'retries and tokens';
}

/** Of what is left to chance one in so many, another each for neighbouring shapes; 1 is all points there are. */
const STRIDE = Number(process.env.TASKWRIGHT_FAULT_STRIDE ?? 43);
/** Of each fault at each place of the life, where every one is walked. */
const OF_EACH = 2;

/**
 * The points of a shape that `npm test` takes time for. A death after every write, and before every second one: what differs is only what else was under way.
 * Of budgets, which are several Tasks and half an hour, after every fourth. Of the rest a share; of budgets, retries and tokens some of every fault at
 * every place, spread over the life.
 */
export function sampleOf(points: readonly Point[], offset: number): Point[] {
  if (STRIDE === 1 || points.length === 0) return [...points];
  const theme = themeOf(points[0]!.shape);
  const isDeath = ({ fault, at }: Point) => (theme === 'budgets' ? fault === 'death after' && at % 4 === offset % 4 : fault === 'death after' || (fault === 'death before' && at % 2 === 0));
  if (!hasEachFault(theme)) return points.filter((point, index) => isDeath(point) || (index + offset) % STRIDE === 0);
  const spread = new Set([...Map.groupBy(points, kindOf).values()].flatMap((same, index) => spreadOver(same, phaseOf(offset + index))));
  return points.filter((point) => isDeath(point) || spread.has(point));
}

/** A fault and where it happens: of the same kind, points differ only in when. */
export function kindOf({ fault, place }: Point): string {
  return `${fault} at ${place}`;
}

function spreadOver(points: readonly Point[], phase: number): Point[] {
  return Array.from({ length: Math.min(OF_EACH, points.length) }, (_, index) => points[Math.floor((index + phase) * points.length / Math.min(OF_EACH, points.length))]!);
}

/** From 0 to 1, as far as can be from those of its neighbours. */
function phaseOf(index: number): number {
  return (index * 0.618_034) % 1;
}
