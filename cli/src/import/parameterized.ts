import assert from 'node:assert/strict';
import { type Expression, type Literal, type Name, partsOf, type Statement, withParts } from './expression.ts';

/** A function that makes what several groups of statements have in common, and what each call passes to it. */
export interface Parameterized {
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

export interface Parameter {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean';
  /** The argument of each call. */
  readonly values: readonly Literal['value'][];
}

/** The same place in each of the groups. */
interface Hole {
  readonly hint: string;
  readonly values: readonly Literal['value'][];
}

/** More of them, and a call says less than what it stands for. */
const MOST_PARAMETERS = 6;

/**
 * What groups of statements of the same shape have in common. Where they differ in a part of a text, that part is the parameter, and one parameter serves
 * all texts that hold it: `review-cart` and `Review cart` beside `review-search` and `Review search` differ in one word.
 */
export function parameterized(groups: readonly (readonly Statement[])[], taken: ReadonlySet<string>): Parameterized | undefined {
  const holes = holesOf(groups);
  const parameters: Parameter[] = [];
  for (const hole of holes.toSorted((one, other) => Math.sign(lengthOf(one) - lengthOf(other)) || 0)) {
    if (parameters.some((parameter) => spread(hole, parameter))) continue;
    const core = hole.values.every((value) => typeof value === 'string') ? coreOf(hole.values) : hole.values;
    // A part of one text alone says less than the whole text.
    const values = holes.some((other) => other !== hole && spread(other, { values: core })) ? core : hole.values;
    parameters.push({ name: nameFor(hole.hint, new Set([...taken, ...parameters.map(({ name }) => name)])), type: typeof values[0] as Parameter['type'], values });
    if (parameters.length > MOST_PARAMETERS) return undefined;
  }
  const body = groups[0]!.map((statement, member) => ({
    ...statement,
    id: filled(groups.map((group) => group[member]!.id), parameters),
    props: filled(groups.map((group) => group[member]!.props), parameters) as Statement['props'],
  }));
  return { parameters, body };
}

function holesOf(groups: readonly (readonly Statement[])[]): Hole[] {
  const holes: Hole[] = [];
  const visit = (same: readonly Expression[], hint: string) => {
    const [first] = same as [Expression, ...Expression[]];
    if (first.kind === 'literal') {
      const values = same.map((each) => (each as Literal).value);
      if (values.some((value) => value !== values[0])) holes.push({ hint, values });
      return;
    }
    partsOf(first).forEach((_, index) => {
      const name = first.kind === 'members' ? first.members[index]![0] : hint;
      visit(same.map((each) => partsOf(each)[index]!), name);
    });
  };
  groups[0]!.forEach((_, member) => {
    visit(groups.map((group) => group[member]!.id), 'name');
    visit(groups.map((group) => group[member]!.props), 'value');
  });
  return holes;
}

function filled(same: readonly Expression[], parameters: readonly Parameter[]): Expression {
  const [first] = same as [Expression, ...Expression[]];
  if (first.kind !== 'literal') {
    let index = -1;
    return withParts(first, () => {
      index += 1;
      return filled(same.map((each) => partsOf(each)[index]!), parameters);
    });
  }
  const values = same.map((each) => (each as Literal).value);
  if (values.every((value) => value === first.value)) return first;
  for (const parameter of parameters) {
    const texts = spread({ hint: '', values }, parameter);
    const name: Name = { kind: 'name', name: parameter.name, isParameter: true };
    if (texts) return texts.every((text) => text === '') && texts.length === 2 ? name : { kind: 'template', texts, parameter: name };
  }
  return assert.fail('every place that differs has a parameter');
}

/** The texts around the parameter, if with them each value comes of each argument: at every place where it stands, else at one of them. */
function spread({ values }: Hole, { values: args }: Pick<Parameter, 'values'>): string[] | undefined {
  if (values.every((value, index) => value === args[index])) return ['', ''];
  const [first, arg] = [values[0], args[0]];
  if (typeof first !== 'string' || typeof arg !== 'string' || arg === '') return undefined;
  const pieces = first.split(arg);
  const around = [pieces, ...pieces.slice(1).map((_, index) => [pieces.slice(0, index + 1).join(arg), pieces.slice(index + 1).join(arg)])];
  return around.find((texts) => texts.length > 1 && values.every((value, index) => value === texts.join(String(args[index]))));
}

/** What is left of texts without what all of them begin and end with; words stay whole. */
function coreOf(texts: readonly string[]): string[] {
  const [first] = texts as [string];
  const isShared = (length: number) => texts.every((text) => text.slice(0, length) === first.slice(0, length));
  const isSharedEnd = (length: number) => texts.every((text) => text.length >= length && text.slice(text.length - length) === first.slice(first.length - length));
  const shortest = Math.min(...texts.map(({ length }) => length));
  let start = 0;
  while (start < shortest && isShared(start + 1)) start += 1;
  while (start > 0 && /[\p{L}\p{N}_]/u.test(first[start - 1]!)) start -= 1;
  let end = 0;
  while (end < shortest - start && isSharedEnd(end + 1)) end += 1;
  while (end > 0 && /[\p{L}\p{N}_]/u.test(first[first.length - end]!)) end -= 1;
  const cores = texts.map((text) => text.slice(start, text.length - end));
  return cores.every((core) => core !== '') ? cores : [...texts];
}

function lengthOf({ values }: Hole): number {
  return values.every((value) => typeof value === 'string') ? coreOf(values).join('').length : Infinity;
}

function nameFor(hint: string, taken: ReadonlySet<string>): string {
  const word = /^[A-Za-z][A-Za-z0-9]*$/.test(hint) ? hint[0]!.toLowerCase() + hint.slice(1) : 'value';
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? word : `${word}${count}`;
    if (!taken.has(name)) return name;
  }
}
