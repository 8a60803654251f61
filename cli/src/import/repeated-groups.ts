import { type Expression, partsOf, referencesIn, type Statement } from './expression.ts';

/** A run of statements in which a group comes again and again, so many of them in a group. */
export interface RepeatedGroup {
  readonly start: number;
  readonly size: number;
  readonly times: number;
}

/** Larger groups are rare, and looking for them is not cheap. */
const MOST_IN_GROUP = 12;
/** Two objects that are alike read well as they are; two groups do not. */
const LEAST_TIMES_ALONE = 3;
const LEAST_TIMES = 2;

/** What a statement is like, and what it refers to, in the order of the text. */
interface Outline {
  readonly shape: string;
  readonly references: readonly string[];
}

/** The runs of a program in which statements differ only in values that a function can take, the longest first come. */
export function repeatedGroups(statements: readonly Statement[]): RepeatedGroup[] {
  const outlines = statements.map((statement): Outline => ({
    shape: shapeOf(statement),
    references: [...statement.scope === undefined ? [] : [statement.scope], ...referencesIn(statement.id), ...referencesIn(statement.props)],
  }));
  const places = new Map(statements.map(({ key }, index) => [key, index]));
  const runs: RepeatedGroup[] = [];
  for (let start = 0; start < statements.length;) {
    const run = longestRun(outlines, places, start);
    if (run) runs.push(run);
    start += run ? run.size * run.times : 1;
  }
  return runs;
}

function longestRun(outlines: readonly Outline[], places: ReadonlyMap<string, number>, start: number): RepeatedGroup | undefined {
  let best: RepeatedGroup | undefined;
  for (let size = 1; size <= Math.min(MOST_IN_GROUP, Math.floor((outlines.length - start) / 2)); size += 1) {
    let times = 1;
    while (isAnother(outlines, places, { start, size, at: start + times * size })) times += 1;
    if (times < (size === 1 ? LEAST_TIMES_ALONE : LEAST_TIMES)) continue;
    if (!best || size * times > best.size * best.times) best = { start, size, times };
  }
  return best;
}

/** Whether a group is like the first one. Within a group a statement may refer to another one of it; to others only where all groups do. */
function isAnother(outlines: readonly Outline[], places: ReadonlyMap<string, number>, { start, size, at }: { start: number; size: number; at: number }): boolean {
  if (at + size > outlines.length) return false;
  const inGroup = (key: string, begin: number) => {
    const place = places.get(key) ?? -1;
    return place >= begin && place < begin + size ? place - begin : key;
  };
  for (let member = 0; member < size; member += 1) if (outlines[start + member]!.shape !== outlines[at + member]!.shape) return false;
  return Array.from({ length: size }, (_, member) => (
    outlines[start + member]!.references.every((key, index) => inGroup(key, start) === inGroup(outlines[at + member]!.references[index]!, at))
  )).every(Boolean);
}

function shapeOf({ construct, scope, id, props }: Statement): string {
  return JSON.stringify([construct, scope !== undefined, shape(id), shape(props)]);
}

function shape(expression: Expression): unknown {
  switch (expression.kind) {
    case 'literal': return expression.isFixed ? { is: expression.value } : typeof expression.value;
    case 'enum': return { enum: expression.path };
    case 'reference': return { to: '' };
    case 'members': return { of: expression.members.map(([name, value]) => [name, shape(value)]) };
    case 'call': return { call: expression.callee, with: expression.args.map(shape) };
    case 'property': return { read: expression.path, of: shape(expression.of) };
    case 'interpolation': return { text: expression.parts.map(shape) };
    default: return partsOf(expression).map(shape);
  }
}
