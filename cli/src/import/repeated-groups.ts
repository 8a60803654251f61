import { type Expression, partsOf, type Statement } from './expression.ts';

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

/** The runs of a program in which statements differ only in values that a function can take, the longest first come. */
export function repeatedGroups(statements: readonly Statement[]): RepeatedGroup[] {
  const rough = statements.map((statement) => shapeOf(statement, () => 'ref'));
  const runs: RepeatedGroup[] = [];
  for (let start = 0; start < statements.length;) {
    const run = longestRun(statements, rough, start);
    if (run) runs.push(run);
    start += run ? run.size * run.times : 1;
  }
  return runs;
}

function longestRun(statements: readonly Statement[], rough: readonly string[], start: number): RepeatedGroup | undefined {
  let best: RepeatedGroup | undefined;
  for (let size = 1; size <= Math.min(MOST_IN_GROUP, Math.floor((statements.length - start) / 2)); size += 1) {
    const isAlike = (at: number) => at + size <= statements.length && Array.from({ length: size }, (_, member) => rough[start + member] === rough[at + member]).every(Boolean);
    // Cheap to know, and mostly the end of it.
    if (!isAlike(start + size)) continue;
    const shape = exactShape(statements, start, size);
    const isAnother = (at: number) => isAlike(at) && exactShape(statements, at, size) === shape;
    let times = 1;
    while (isAnother(start + times * size)) times += 1;
    if (times < (size === 1 ? LEAST_TIMES_ALONE : LEAST_TIMES)) continue;
    if (!best || size * times > best.size * best.times) best = { start, size, times };
  }
  return best;
}

/** Within a group a statement may refer to another one of it; to others only where all groups do. */
function exactShape(statements: readonly Statement[], start: number, size: number): string {
  const group = statements.slice(start, start + size);
  const place = new Map(group.map(({ key }, index) => [key, `own ${index}`]));
  return group.map((statement) => shapeOf(statement, (key) => place.get(key) ?? key)).join('\n');
}

function shapeOf({ construct, scope, id, props }: Statement, place: (key: string) => string): string {
  return JSON.stringify([construct, scope === undefined ? null : place(scope), shape(id, place), shape(props, place)]);
}

function shape(expression: Expression, place: (key: string) => string): unknown {
  switch (expression.kind) {
    case 'literal': return expression.isFixed ? { is: expression.value } : typeof expression.value;
    case 'enum': return { enum: expression.path };
    case 'reference': return { to: place(expression.to) };
    case 'members': return { of: expression.members.map(([name, value]) => [name, shape(value, place)]) };
    case 'call': return { call: expression.callee, with: expression.args.map((arg) => shape(arg, place)) };
    case 'property': return { read: expression.path, of: shape(expression.of, place) };
    case 'interpolation': return { text: expression.parts.map((part) => shape(part, place)) };
    default: return partsOf(expression).map((part) => shape(part, place));
  }
}
