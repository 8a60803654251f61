/**
 * A set of fields in the form of `fieldsV1`: a tree whose edges are `f:field`, `k:{"key":"value"}` and `v:"value"`.
 *
 * A node without children is in the set; one with children is in it when it has the child `.`. The empty set is undefined. Trees are shared
 * and never changed.
 */
export interface FieldTree {
  readonly [edge: string]: FieldTree;
}

export type FieldSet = FieldTree | undefined;

const LEAF: FieldTree = {};

export function leaf(): FieldTree {
  return LEAF;
}

/** Whether the node itself is in the set, beside what is below it. */
export function isMember(tree: FieldTree): boolean {
  if ('.' in tree) return true;
  for (const _ in tree) return false;
  return true;
}

/** A node from its parts; undefined when nothing of it is in the set. */
export function node(member: boolean, children: Record<string, FieldTree>): FieldSet {
  for (const _ in children) return member ? { '.': LEAF, ...children } : children;
  return member ? LEAF : undefined;
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  if (left === undefined || left === right) return right;
  if (right === undefined) return left;
  const children: Record<string, FieldTree> = {};
  for (const edge in left) if (edge !== '.') children[edge] = union(left[edge], right[edge])!;
  for (const edge in right) if (edge !== '.' && !(edge in left)) children[edge] = right[edge]!;
  return node(isMember(left) || isMember(right), children);
}

/** What is in the left set and not in the right one. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  if (left === undefined || right === undefined) return left;
  if (left === right) return undefined;
  const children: Record<string, FieldTree> = {};
  for (const edge in left) {
    if (edge === '.') continue;
    const rest = difference(left[edge], right[edge]);
    if (rest !== undefined) children[edge] = rest;
  }
  return node(isMember(left) && !isMember(right), children);
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  if (left === undefined || right === undefined) return undefined;
  if (left === right) return left;
  const children: Record<string, FieldTree> = {};
  for (const edge in left) {
    if (edge === '.') continue;
    const common = intersection(left[edge], right[edge]);
    if (common !== undefined) children[edge] = common;
  }
  return node(isMember(left) && isMember(right), children);
}

/** The set without these fields and everything below them. */
export function withoutPaths(set: FieldSet, paths: readonly (readonly string[])[]): FieldSet {
  return paths.reduce((rest, path) => withoutPath(rest, path), set);
}

function withoutPath(set: FieldSet, [edge, ...rest]: readonly string[]): FieldSet {
  if (set === undefined || edge === undefined || !(edge in set)) return set;
  const { [edge]: below, ...children } = set;
  const kept = rest.length === 0 ? undefined : withoutPath(below, rest);
  const { '.': self, ...others } = children;
  return node(self !== undefined, kept === undefined ? others : { ...others, [edge]: kept });
}

/** Every field of the set as a path people read: `.spec.containers[name="a"].image`. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  if (set === undefined) return [];
  return Object.entries(set).filter(([edge]) => edge !== '.').flatMap(([edge, below]) => {
    const path = `${prefix}${readable(edge)}`;
    return [...(isMember(below) ? [path] : []), ...pathsOf(below, path)];
  });
}

/** A step of a path as people read it: `.containers`, `[name="a"]`. */
export function readable(edge: string): string {
  const text = edge.slice(2);
  if (edge.startsWith('f:')) return `.${text}`;
  if (edge.startsWith('v:')) return `[=${text}]`;
  const keys = Object.entries(JSON.parse(text) as Record<string, unknown>).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `[${keys.join(',')}]`;
}
