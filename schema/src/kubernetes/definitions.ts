import type { Resource } from '../kind.ts';
import type { StructuralSchema } from '../structural.ts';
import { coordinationAndPolicy } from './coordination-and-policy.ts';
import document from './definitions.json' with { type: 'json' };

/** A type of Kubernetes as its API server publishes it; `$ref` is the name of another definition. */
export interface Definition extends Omit<StructuralSchema, 'properties' | 'items' | 'additionalProperties'> {
  $ref?: string;
  properties?: Record<string, Definition>;
  items?: Definition;
  additionalProperties?: Definition;
  /** The kinds under which the type is served. Several for DeleteOptions and the like, none for parts of kinds. */
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

/** By full name, such as `io.k8s.api.core.v1.Pod`. */
export const definitions: Readonly<Record<string, Definition>> = {
  ...document.definitions as unknown as Record<string, Definition>,
  ...coordinationAndPolicy,
};

/** The server the definitions were taken from. */
export const source: string = document.source;

export function definitionOf(name: string): Definition {
  const definition = definitions[name];
  if (definition === undefined) throw new RangeError(`${name}: not a type of ${source}; see definitions.json for what there is`);
  return definition;
}

/** The full name of the type that is served there, such as `io.k8s.api.batch.v1.Job` for Jobs. */
export function definitionNameOf({ group, version, kind }: Pick<Resource, 'group' | 'version' | 'kind'>): string | undefined {
  return names.get(`${group}/${version}/${kind}`);
}

const names = new Map(Object.entries(definitions).flatMap(([name, { 'x-kubernetes-group-version-kind': kinds = [] }]) => (
  kinds.map(({ group, version, kind }) => [`${group}/${version}/${kind}`, name] as const)
)));
