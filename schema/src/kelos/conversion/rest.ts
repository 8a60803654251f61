import { type Content, type Fields, having, isFields, isSame } from './record.ts';

/** One field that a conversion and the way back would change. */
interface Change {
  readonly path: readonly string[];
  /** What the way back makes of it, and has to make of it still. Left out: nothing. */
  readonly from?: unknown;
  /** What it was. Left out: it was not there. */
  readonly to?: unknown;
}

/** Places in an object, each with all that is in it. */
export type Places = readonly (readonly string[])[];

/**
 * What is lost on the way to the other version and back, to be kept in an annotation there.
 *
 * **Guarantee** {@link withRest} of what the way back makes, and of this, is what there was. Where somebody has changed in the
 * other version what a part of it is about, that part is not put back: the change wins. What is `together` says one thing: it is put
 * back as a whole, or not at all.
 */
export function restOf(original: Content, wayBack: Content, together: Places): readonly (readonly Change[])[] {
  const changes = [...changesOf(['spec'], wayBack.spec, original.spec), ...changesOf(['status'], wayBack.status, original.status)];
  const group = changes.filter(({ path }) => isWithin(path, together));
  return [...group.length > 0 ? [group] : [], ...changes.filter(({ path }) => !isWithin(path, together)).map((change) => [change])];
}

export function withRest(content: Content, rest: readonly (readonly Change[])[]): Content {
  return rest.reduce<Content>((soFar, group) => {
    if (!group.every(({ path, from }) => isSame(valueAt(soFar, path), from))) return soFar;
    return group.reduce<Content>((object, { path, to }) => changed(object as unknown as Fields, path, to) as unknown as Content, soFar);
  }, content);
}

/** What an annotation holds. Users may write it: what cannot be read, or is about another place than `places`, counts as nothing. */
export function readRest(text: string | undefined, places: Places): readonly (readonly Change[])[] {
  try {
    const rest: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(rest) && rest.every((group) => Array.isArray(group) && group.every((change) => isChange(change, places))) ? rest as Change[][] : [];
  } catch {
    return [];
  }
}

function isChange(change: unknown, places: Places): boolean {
  if (!isFields(change) || !Array.isArray(change.path)) return false;
  const path = change.path as unknown[];
  return path.every((name) => typeof name === 'string' && name !== '__proto__') && isWithin(path as string[], places);
}

/** Lists are looked at as a whole: who changes one item may have moved the others. */
function* changesOf(path: readonly string[], from: unknown, to: unknown): Generator<Change> {
  if (isSame(from, to)) return;
  if (!isFields(from) || !isFields(to)) {
    yield { path, ...from !== undefined && { from }, ...to !== undefined && { to } };
    return;
  }
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) yield* changesOf([...path, name], from[name], to[name]);
}

function isWithin(path: readonly string[], places: Places): boolean {
  return places.some((place) => place.every((name, index) => path[index] === name));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((within, name) => (isFields(within) && Object.hasOwn(within, name) ? within[name] : undefined), value);
}

function changed(fields: Fields, [name, ...inner]: readonly string[], to: unknown): Fields {
  if (inner.length === 0) return having(fields, name!, to);
  const within = fields[name!];
  return { ...fields, [name!]: changed(isFields(within) ? within : {}, inner, to) };
}
