import type { ApiObject } from './api-object.ts';
import { builtIn } from './built-in-resources.ts';
import { kubeTime } from './object-meta.ts';
import { customColumns, type PrinterColumn } from './printing/custom-columns.ts';
import type { ResourceRegistry } from './resource-registry.ts';
import { ALL_VERBS, type ScalePaths, type ServedResource } from './served-resource.ts';
import type { FieldError } from './status-error.ts';
import type { Change, Store } from './store.ts';
import { OBJECT_META } from './structural/built-in-schema.ts';
import { UNTYPED, type Schema } from './structural/schema.ts';

interface CustomResourceDefinition extends ApiObject {
  spec: {
    group: string;
    scope: 'Namespaced' | 'Cluster';
    names: { plural: string; kind: string; singular?: string; listKind?: string; shortNames?: string[]; categories?: string[] };
    versions: CustomResourceVersion[];
  };
}

interface CustomResourceVersion {
  name: string;
  served: boolean;
  storage: boolean;
  schema?: { openAPIV3Schema?: Schema };
  subresources?: { status?: object; scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string } };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
}

/** CustomResourceDefinitions themselves. An accepted one is established at once: its kinds are served when the request is answered. */
export function customResourceDefinitions(now: () => Date): ServedResource {
  return builtIn('apiextensions.k8s.io/v1', {
    kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', shortNames: ['crd', 'crds'], categories: ['api-extensions'],
    clusterWide: true, status: true, generations: true,
    rules: {
      complete: (object) => completeNames(object as CustomResourceDefinition),
      prepareForCreate: (object) => ({ ...object, status: establishedStatus(object as CustomResourceDefinition, kubeTime(now())) }),
      validate: (object) => validateDefinition(object as CustomResourceDefinition),
    },
  });
}

/** Serves what the stored definitions define, and follows them. */
export function followDefinitions(store: Store, resources: ResourceRegistry): void {
  const collection = 'customresourcedefinitions.apiextensions.k8s.io';
  for (const definition of store.list(collection)) for (const resource of resourcesOf(definition as CustomResourceDefinition)) resources.add(resource);
  store.follow((change: Change) => {
    if (change.collection !== collection) return;
    if (change.previous) for (const resource of resourcesOf(change.previous as CustomResourceDefinition)) resources.remove(resource);
    if (change.type !== 'DELETED') for (const resource of resourcesOf(change.object as CustomResourceDefinition)) resources.add(resource);
  });
}

function resourcesOf({ spec: { group, scope, names, versions } }: CustomResourceDefinition): ServedResource[] {
  const stored = versions.find(({ storage }) => storage);
  return versions.filter(({ served }) => served).map((version) => ({
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    verbs: ALL_VERBS,
    collection: `${names.plural}.${group}`,
    storedApiVersion: `${group}/${stored?.name}`,
    hasStatus: version.subresources?.status !== undefined,
    ...scaleOf(version),
    countsGenerations: true,
    updatesUnconditionally: false,
    createsOnUpdate: false,
    nameRule: 'dns-subdomain',
    schema: rootSchema(version.schema?.openAPIV3Schema),
    custom: true,
    columns: customColumns(version.additionalPrinterColumns),
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    rules: {},
  }));
}

/** Every object has an apiVersion, a kind and metadata, whether its schema says so or not. */
function rootSchema(schema: Schema = UNTYPED): Schema {
  return { ...schema, properties: { ...schema.properties, apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: OBJECT_META } };
}

function scaleOf({ subresources }: CustomResourceVersion): { scale?: ScalePaths } {
  if (subresources?.scale === undefined) return {};
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = subresources.scale;
  return { scale: { specReplicas: specReplicasPath, statusReplicas: statusReplicasPath, ...(labelSelectorPath === undefined ? {} : { labelSelector: labelSelectorPath }) } };
}

function completeNames(definition: CustomResourceDefinition): ApiObject {
  const { names, ...spec } = definition.spec ?? {};
  if (names?.kind === undefined) return definition;
  const completed = { singular: names.kind.toLowerCase(), listKind: `${names.kind}List`, ...names };
  return { ...definition, spec: { conversion: { strategy: 'None' }, ...spec, names: completed } };
}

function establishedStatus({ spec }: CustomResourceDefinition, time: string): object {
  const condition = (type: string, reason: string, message: string) => ({ type, status: 'True', lastTransitionTime: time, reason, message });
  return {
    acceptedNames: spec?.names,
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: spec?.versions?.filter(({ storage }) => storage).map(({ name }) => name) ?? [],
  };
}

function validateDefinition({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const required = (field: string): FieldError => ({ reason: 'FieldValueRequired', field, message: 'Required value' });
  if (spec === undefined) return [required('spec')];
  const { group, names, versions, scope } = spec;
  const missing = [
    ...(group ? [] : [required('spec.group')]),
    ...(scope ? [] : [required('spec.scope')]),
    ...(names?.plural ? [] : [required('spec.names.plural')]),
    ...(names?.kind ? [] : [required('spec.names.kind')]),
    ...(versions?.length ? [] : [required('spec.versions')]),
  ];
  if (missing.length > 0) return missing;
  const wrong = (field: string, value: unknown, what: string): FieldError => ({ reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${what}` });
  return [
    ...(metadata.name === `${names.plural}.${group}` ? [] : [wrong('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...(versions.filter(({ storage }) => storage).length === 1 ? [] : [wrong('spec.versions', versions.map(({ name }) => name), 'must have exactly one version marked as storage version')]),
    ...versions.flatMap(({ schema }, index) => (schema?.openAPIV3Schema ? [] : [required(`spec.versions[${index}].schema.openAPIV3Schema`)])),
  ];
}
