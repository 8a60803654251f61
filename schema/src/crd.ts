import type { Kind, KindVersion, PrinterColumn } from './kind.ts';
import { type StructuralSchema, isDeprecated } from './structural.ts';
import { toStructural } from './to-structural.ts';

/** A CustomResourceDefinition as far as ours have it. */
export interface CustomResourceDefinition {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  metadata: { name: string };
  spec: {
    group: string;
    names: { kind: string; listKind: string; plural: string; singular: string; shortNames?: string[] };
    scope: 'Namespaced' | 'Cluster';
    versions: {
      name: string;
      served: boolean;
      storage: boolean;
      deprecated?: true;
      deprecationWarning?: string;
      additionalPrinterColumns?: PrinterColumn[];
      schema: { openAPIV3Schema: StructuralSchema };
      subresources?: { status: Record<string, never> };
    }[];
  };
}

/** The definition by which an API server learns the kind. */
export function crdOf({ group, kind, plural, singular, shortNames, namespaced, description, versions }: Kind): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular, ...shortNames.length > 0 && { shortNames: [...shortNames] } },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      versions: versions.map((version) => ({
        name: version.name,
        served: version.served,
        storage: version.storage,
        ...version.deprecationWarning !== undefined && { deprecated: true as const, deprecationWarning: version.deprecationWarning },
        ...version.printerColumns.length > 0 && { additionalPrinterColumns: [...version.printerColumns] },
        schema: { openAPIV3Schema: published(rootSchema(kind, description, version)) },
        ...'status' in version.schema.shape && { subresources: { status: {} } },
      })),
    },
  };
}

/** The whole object: what every object of the API has, and what is the kind's own. */
export function rootSchema(kind: string, description: string, version: KindVersion): StructuralSchema {
  const { properties, ...own } = toStructural(version.schema, kind);
  return {
    ...own,
    description,
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of the object.' },
      kind: { type: 'string', description: 'Kind of the object.' },
      metadata: { type: 'object' },
      ...properties,
    },
  };
}

/**
 * What the server gets, in the order in which people read it. Titles are left out; and where a field is deprecated, its one
 * sentence says where the parts are described, which halves the size of a CRD that has PodOverrides twice. A whole PodSpec is
 * described by `kubectl explain pod.spec`.
 */
function published({ title, description, items, additionalProperties, properties, ...own }: StructuralSchema, isDescribed = true): StructuralSchema {
  const part = (inner: StructuralSchema) => published(inner, isDescribed && !isDeprecated({ description }) && title !== 'PodSpec');
  return {
    ...isDescribed && description !== undefined && { description },
    ...own,
    ...items && { items: part(items) },
    ...additionalProperties && { additionalProperties: part(additionalProperties) },
    ...properties && { properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, part(property)])) },
  };
}
