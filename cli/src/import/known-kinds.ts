import { kinds, type Kind, rootSchema, storedVersion, structName, type StructuralSchema } from '@taskwright/schema';
import { groupOf, type ImportedObject } from './manifest.ts';

const byName = new Map(kinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));
const groups = new Set(kinds.map(({ group }) => group));
const schemas = new Map<Kind, StructuralSchema>();

/** The kind of ours that an object is of. */
export function kindOf({ apiVersion, kind }: Pick<ImportedObject, 'apiVersion' | 'kind'>): Kind | undefined {
  return byName.get(`${groupOf(apiVersion)}/${kind}`);
}

/** Whether an object is in a group of ours, of a kind that is none of ours: others may have defined it, or a newer version has it. */
export function isOfOthersInOurs(object: Pick<ImportedObject, 'apiVersion' | 'kind'>): boolean {
  return groups.has(groupOf(object.apiVersion)) && !kindOf(object);
}

/** Whether the constructs write this version of the kind: they write the stored one. */
export function isStored({ apiVersion }: Pick<ImportedObject, 'apiVersion'>, { group, versions }: Kind): boolean {
  return apiVersion === `${group}/${storedVersion(versions).name}`;
}

/** The schema of the whole object. */
export function schemaOf(kind: Kind): StructuralSchema {
  const known = schemas.get(kind) ?? rootSchema(kind.kind, kind.description, storedVersion(kind.versions));
  schemas.set(kind, known);
  return known;
}

/** What is wrong with the kind or version of an object of our groups, or `undefined`. A kind that others may have defined in them is none. */
export function kindProblem({ apiVersion, kind }: ImportedObject): string | undefined {
  const group = groupOf(apiVersion);
  if (!groups.has(group)) return undefined;
  const known = kinds.filter((candidate) => candidate.group === group);
  const found = kindOf({ apiVersion, kind });
  if (!found) {
    const near = known.find((candidate) => isOneSlip(candidate.kind.toLowerCase(), kind.toLowerCase()));
    return near && `kind: "${kind}" is not a kind of ${group}; did you mean ${near.kind}?`;
  }
  const served = new Set([...found.versions.map(({ name }) => name), ...group === 'kelos.dev' ? ['v1alpha1'] : []]);
  const version = apiVersion.slice(group.length + 1);
  return served.has(version) ? undefined : `apiVersion: ${found.kind} has no version "${version}"; allowed are ${[...served].map((name) => `${group}/${name}`).sort().join(' and ')}`;
}

/** The name of the L1 class. */
export function l1ClassOf({ kind }: Kind): string {
  return `l1.Cfg${structName(kind)}`;
}

/** One letter too many, too few, another, or two changed places; or only the case differs. */
export function isOneSlip(word: string, other: string): boolean {
  if (word === other) return true;
  const start = [...word].findIndex((letter, index) => letter !== other[index]);
  const at = start === -1 ? word.length : start;
  const [rest, otherRest] = [word.slice(at), other.slice(at)];
  return rest.slice(1) === otherRest.slice(1) || rest.slice(1) === otherRest || rest === otherRest.slice(1)
    || (rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2));
}
