import { expect, test } from 'vitest';
import { type StructuralSchema, crds } from '../src/index.ts';

interface Level {
  readonly path: string;
  readonly schema: StructuralSchema;
}

const levels = crds().flatMap(({ spec }) => spec.versions.flatMap(({ name, schema }) => [...levelsOf(schema.openAPIV3Schema, `${spec.names.kind} ${name}`)]));

function* levelsOf(schema: StructuralSchema, path: string): Generator<Level> {
  yield { path, schema };
  for (const [name, property] of Object.entries(schema.properties ?? {})) yield* levelsOf(property, `${path}.${name}`);
  if (schema.items) yield* levelsOf(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* levelsOf(schema.additionalProperties, `${path}{}`);
}

/** What apiextensions.k8s.io/v1 knows of a schema, as far as a kube-apiserver 1.36 takes it in a structural one. */
const KNOWN = new Set([
  'type', 'description', 'format', 'default', 'enum', 'nullable', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems',
  'minProperties', 'maxProperties', 'required', 'properties', 'additionalProperties', 'items', 'anyOf', 'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-map-type', 'x-kubernetes-validations',
]);

const offendersOf = (offends: (level: Level) => boolean) => levels.filter(offends).map(({ path }) => path);

test.each<{ it: string; offends: (level: Level) => boolean }>([
  { it: 'has nothing the server does not know, $ref among it', offends: ({ schema }) => Object.keys(schema).some((key) => !KNOWN.has(key)) },
  { it: 'has a type, or is int-or-string and has none', offends: ({ schema }) => (schema.type === undefined) !== (schema['x-kubernetes-int-or-string'] === true) },
  {
    it: 'has anyOf only beside int-or-string, and in its one form',
    offends: ({ schema }) => (schema.anyOf !== undefined || schema['x-kubernetes-int-or-string'] === true)
      && !(schema['x-kubernetes-int-or-string'] && JSON.stringify(schema.anyOf) === '[{"type":"integer"},{"type":"string"}]'),
  },
  { it: 'has properties or additionalProperties, never both', offends: ({ schema }) => schema.properties !== undefined && schema.additionalProperties !== undefined },
  { it: 'has items if and only if it is a list', offends: ({ schema }) => (schema.type === 'array') !== (schema.items !== undefined) },
  { it: 'requires only what it has', offends: ({ schema }) => schema.required?.some((name) => schema.properties?.[name] === undefined) === true },
  { it: 'has keys if and only if it is a list map', offends: ({ schema }) => (schema['x-kubernetes-list-type'] === 'map') !== (schema['x-kubernetes-list-map-keys'] !== undefined) },
  {
    it: 'is keyed by scalars that are required or have a default',
    offends: ({ schema: { items, 'x-kubernetes-list-map-keys': keys = [] } }) => keys.some((key) => {
      const field = items?.properties?.[key];
      return field?.type === 'object' || field?.type === 'array' || !(items?.required?.includes(key) || field?.default !== undefined);
    }),
  },
  {
    it: 'is a set of scalars, or of what is replaced as a whole',
    offends: ({ schema: { items, 'x-kubernetes-list-type': type } }) => type === 'set' && (items?.type === 'object' || items?.type === 'array')
      && items['x-kubernetes-map-type'] !== 'atomic' && items['x-kubernetes-list-type'] !== 'atomic',
  },
  { it: 'has no default that is null or of another type', offends: ({ schema }) => schema.default !== undefined && (Array.isArray(schema.default) ? 'array' : typeof schema.default) !== (schema.type === 'integer' ? 'number' : schema.type) },
  { it: 'has a pattern that RE2 reads', offends: ({ schema }) => schema.pattern !== undefined && /\(\?<?[=!]|\\[1-9]/.test(schema.pattern) },
  { it: 'has a format the server knows', offends: ({ schema }) => schema.format !== undefined && !['int32', 'int64', 'date-time', 'byte', 'double'].includes(schema.format) },
  { it: 'has rules with a message of one line', offends: ({ schema }) => schema['x-kubernetes-validations']?.some(({ message }) => message === '' || message.includes('\n')) === true },
])('every level of every CRD $it', ({ offends }) => {
  expect(offendersOf(offends)).toEqual([]);
});

test('every CRD fits into etcd with room to spare', () => {
  const MAX_BYTES = 1_500_000 / 2;
  expect(crds().filter((crd) => JSON.stringify(crd).length > MAX_BYTES).map(({ metadata }) => metadata.name)).toEqual([]);
});

test('every CRD stores exactly one version, under the name the server wants', () => {
  for (const { metadata, spec } of crds()) {
    expect(metadata.name).toBe(`${spec.names.plural}.${spec.group}`);
    expect(spec.versions.filter(({ storage }) => storage)).toHaveLength(1);
  }
});

test('metadata of the object itself is left to the server', () => {
  for (const { path, schema } of levels.filter((level) => /^\w+ \w+\.metadata$/.test(level.path))) expect({ path, schema }).toEqual({ path, schema: { type: 'object' } });
});

test('only a kind with a status has the subresource', () => {
  for (const { subresources, schema } of crds().flatMap(({ spec }) => spec.versions)) {
    expect(subresources).toEqual(schema.openAPIV3Schema.properties?.status && { status: {} });
  }
});

/** Defaults that Kubernetes' own types bring along; §3.8 of the reference of Kelos names them. */
const CORE_DEFAULTS = [
  'cachingMode: "ReadWrite"', 'fsType: "ext4"', 'fsType: "xfs"', 'iscsiInterface: "default"', 'keyring: "/etc/ceph/keyring"', 'kind: "Shared"', 'name: ""',
  'optional: false', 'pool: "rbd"', 'protocol: "TCP"', 'readOnly: false', 'service: ""', 'status: ""', 'storageMode: "ThinProvisioned"', 'user: "admin"',
];

/** The time zone of a budget, the size of a pool, those of spawners and Sessions, and those of service agents. */
const OWN_DEFAULTS = [
  'timezone: "UTC"', 'replicas: 1',
  'failurePolicy: "Fail"', 'maxResponseBytes: 32768', 'method: "GET"', 'mode: "PerTask"', 'pollInterval: "5m"', 'reviewState: "any"', 'state: "open"', 'state: "opened"', 'suspend: false', 'timeoutSeconds: 10', 'types: ["issues"]',
  'branch: "main"', 'contextLimit: 6', 'enabled: false', 'enabled: true', 'expose: true', 'intervalSeconds: 0', 'maxIterRuntimeSeconds: 60', 'maxIterations: 10',
  'maxRuntimeSeconds: 300', 'maxSessionEvents: 500', 'maxSessions: 1000', 'maxToolCalls: 50', 'reasoningLoopMaxSteps: 5', 'scope: "agent"', 'toolCallMode: "auto"',
  'waitForDependencies: true',
];

test('all defaults are those of the core API and those that the references name', () => {
  const defaults = new Set(levels.filter(({ schema }) => schema.default !== undefined)
    .map(({ path, schema }) => `${path.slice(path.lastIndexOf('.') + 1)}: ${JSON.stringify(schema.default)}`));
  expect([...defaults].sort()).toEqual([...CORE_DEFAULTS, ...OWN_DEFAULTS].sort());
});
