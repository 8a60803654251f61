import { RE2JS } from 're2js';
import type { ApiObject } from './api-object.ts';
import { builtIn } from './built-in-resources.ts';
import { customConversion, renamed, type ConvertObject } from './custom-resource-conversion.ts';
import { kubeTime } from './object-meta.ts';
import { customColumns, type PrinterColumn } from './printing/custom-columns.ts';
import type { ResourceRegistry } from './resource-registry.ts';
import { ALL_VERBS, type ScalePaths, type ServedResource } from './served-resource.ts';
import type { FieldError } from './status-error.ts';
import type { Change, Store } from './store.ts';
import { compile } from './structural/cel.ts';
import { OBJECT_META } from './structural/built-in-schema.ts';
import { SCHEMA_SCHEMA } from './structural/schema-schema.ts';
import { UNTYPED, type Schema } from './structural/schema.ts';

interface CustomResourceDefinition extends ApiObject {
  spec: {
    group: string;
    scope: 'Namespaced' | 'Cluster';
    names: { plural: string; kind: string; singular?: string; listKind?: string; shortNames?: string[]; categories?: string[] };
    versions: CustomResourceVersion[];
    conversion?: { strategy?: 'None' | 'Webhook' };
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
  return { ...builtIn('apiextensions.k8s.io/v1', {
    kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', shortNames: ['crd', 'crds'], categories: ['api-extensions'],
    clusterWide: true, status: true, generations: true,
    rules: {
      complete: (object) => completeNames(object as CustomResourceDefinition),
      prepareForCreate: (object) => ({ ...object, status: establishedStatus(object as CustomResourceDefinition, kubeTime(now())) }),
      validate: (object) => validateDefinition(object as CustomResourceDefinition),
    },
  }), schema: DEFINITION_SCHEMA };
}

const TEXT: Schema = { type: 'string' };
const TEXTS: Schema = { type: 'array', items: TEXT };
const OPEN = { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;

/** What has to be readable before a definition is looked at. */
const DEFINITION_SCHEMA: Schema = {
  ...OPEN,
  properties: {
    apiVersion: TEXT, kind: TEXT, metadata: OBJECT_META,
    spec: {
      ...OPEN,
      properties: {
        group: TEXT, scope: TEXT,
        names: { ...OPEN, properties: { plural: TEXT, kind: TEXT, singular: TEXT, listKind: TEXT, shortNames: TEXTS, categories: TEXTS } },
        versions: {
          type: 'array',
          items: {
            ...OPEN,
            properties: {
              name: TEXT, served: { type: 'boolean' }, storage: { type: 'boolean' },
              schema: { ...OPEN, properties: { openAPIV3Schema: SCHEMA_SCHEMA } },
              subresources: { ...OPEN, properties: { status: OPEN, scale: OPEN } },
              additionalPrinterColumns: { type: 'array', items: { ...OPEN, required: ['name', 'type', 'jsonPath'], properties: { name: TEXT, type: TEXT, jsonPath: TEXT } } },
              selectableFields: { type: 'array', items: { ...OPEN, required: ['jsonPath'], properties: { jsonPath: TEXT } } },
            },
          },
        },
      },
    },
  },
};

/** Serves what the stored definitions define, and follows them. `convert` is asked where a definition names a webhook, whichever that is. */
export function followDefinitions(store: Store, resources: ResourceRegistry, convert: ConvertObject): void {
  const collection = 'customresourcedefinitions.apiextensions.k8s.io';
  const resourcesOf = (definition: CustomResourceDefinition) => servedResources(definition, convert);
  for (const definition of store.list(collection)) for (const resource of resourcesOf(definition as CustomResourceDefinition)) resources.add(resource);
  store.follow((change: Change) => {
    if (change.collection !== collection) return;
    if (change.previous) for (const resource of resourcesOf(change.previous as CustomResourceDefinition)) resources.remove(resource);
    if (change.type === 'DELETED') {
      const { spec: { names, group } } = change.object as CustomResourceDefinition;
      // A follower must not write: what is left of the kind goes right after the commit, before the next request.
      queueMicrotask(() => empty(store, `${names.plural}.${group}`));
    } else for (const resource of resourcesOf(change.object as CustomResourceDefinition)) resources.add(resource);
  });
}

/** The objects of a kind go with its definition: defined again, it begins empty. */
function empty(store: Store, collection: string): void {
  for (const [key] of [...store.entries(collection)]) store.commit({ collection, key });
}

function servedResources({ spec: { group, scope, names, versions, conversion } }: CustomResourceDefinition, convert: ConvertObject): ServedResource[] {
  const stored = versions.find(({ storage }) => storage)!;
  const apiVersion = ({ name }: CustomResourceVersion) => `${group}/${name}`;
  const schemas = new Map(versions.map((version) => [apiVersion(version), rootSchema(version.schema?.openAPIV3Schema)]));
  const between = { kind: names.kind, storedVersion: apiVersion(stored), schemas, convert: conversion?.strategy === 'Webhook' ? convert : renamed };
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
    storedApiVersion: between.storedVersion,
    conversion: customConversion({ ...between, version: apiVersion(version) }),
    hasStatus: version.subresources?.status !== undefined,
    ...scaleOf(version),
    countsGenerations: true,
    updatesUnconditionally: false,
    createsOnUpdate: false,
    nameRule: 'dns-subdomain',
    schema: schemas.get(apiVersion(version))!,
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
    ...(scope === 'Namespaced' || scope === 'Cluster' ? [] : [{
      reason: 'FieldValueNotSupported', field: 'spec.scope', message: `Unsupported value: ${JSON.stringify(scope)}: supported values: "Cluster", "Namespaced"`,
    } as const]),
    ...versions.flatMap(({ name, schema }, index) => [
      ...(name ? [] : [required(`spec.versions[${index}].name`)]),
      ...(schema?.openAPIV3Schema ? checkExpressions(schema.openAPIV3Schema, `spec.versions[${index}].schema.openAPIV3Schema`) : [required(`spec.versions[${index}].schema.openAPIV3Schema`)]),
    ]),
  ];
}

/** Patterns and rules that cannot be compiled are told when the definition is written, not when an object is. */
function checkExpressions(schema: Schema, path: string): FieldError[] {
  const attempt = (field: string, text: string, compileText: (text: string) => unknown): FieldError[] => {
    try {
      compileText(text);
      return [];
    } catch (error) {
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
      return [{ reason: 'FieldValueInvalid', field: `${path}.${field}`, message: `Invalid value: ${JSON.stringify(text)}: ${why}` }];
    }
  };
  return [
    ...(schema.pattern === undefined ? [] : attempt('pattern', schema.pattern, (text) => RE2JS.compile(text))),
    ...(schema['x-kubernetes-validations'] ?? []).flatMap(({ rule }, index) => attempt(`x-kubernetes-validations[${index}].rule`, rule, compile)),
    ...Object.entries(schema.properties ?? {}).flatMap(([field, part]) => checkExpressions(part, `${path}.properties[${field}]`)),
    ...(schema.items === undefined ? [] : checkExpressions(schema.items, `${path}.items`)),
    ...(typeof schema.additionalProperties === 'object' ? checkExpressions(schema.additionalProperties, `${path}.additionalProperties`) : []),
  ];
}
