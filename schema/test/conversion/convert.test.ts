import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type StructuralSchema, agentConfigKind, convert, rootSchema, taskKind, taskSpawnerKind, workspaceKind } from '../../src/index.ts';
import { anObject } from './arbitrary-object.ts';

const OLDER = 'kelos.dev/v1alpha1';
const NEWER = 'kelos.dev/v1alpha2';
const VERSIONS = [{ from: 'v1alpha1', there: NEWER, back: OLDER }, { from: 'v1alpha2', there: OLDER, back: NEWER }];
const RUNS = { seed: 1, numRuns: 100 };

describe.each([taskKind, workspaceKind, agentConfigKind, taskSpawnerKind])('$kind', (kind) => {
  test.each(VERSIONS)('from $from and back is what it was', ({ from, there, back }) => {
    fc.assert(fc.property(anObject(kind, from), (object) => {
      expect(convert(convert(object, there), back)).toEqual(object);
    }), RUNS);
  });

  test.each(VERSIONS)('from $from, back and there again is the same as there', ({ from, there, back }) => {
    fc.assert(fc.property(anObject(kind, from), (object) => {
      const once = convert(object, there);
      expect(convert(convert(once, back), there)).toEqual(once);
    }), RUNS);
  });

  test.each(VERSIONS)('from $from it has no field that the other version does not know', ({ from, there }) => {
    const version = kind.versions.find(({ name }) => there.endsWith(name))!;
    const schema = rootSchema(kind.kind, kind.description, version);
    fc.assert(fc.property(anObject(kind, from), (object) => {
      const { metadata: _, ...converted } = convert(object, there);
      expect([...unknownFields(schema, converted, '')]).toEqual([]);
    }), RUNS);
  });

  test.each(VERSIONS)('from $from it leaves the object as it is', ({ from, there }) => {
    fc.assert(fc.property(anObject(kind, from), (object) => {
      const before = structuredClone(object);
      convert(frozen(object), there);
      expect(object).toEqual(before);
    }), RUNS);
  });

  test('a version is not converted to itself', () => {
    const object = { apiVersion: NEWER, kind: kind.kind, metadata: { name: 'a' } };
    expect(convert(object, NEWER)).toBe(object);
  });

  test.each(['not JSON', '3', '[3]', '[[3]]', '[[{"path":"spec"}]]', '[[{"path":["metadata","name"],"to":"x"}]]', '[[{"path":["spec","__proto__","x"],"to":"x"}]]', '[[{"path":["spec","prompt"],"from":"a","to":"b"}]]'])(
    'an annotation that says %s changes nothing', (text) => {
      const plain = convert({ apiVersion: OLDER, kind: kind.kind, metadata: { name: 'a', annotations: {} }, spec: { prompt: 'a' } }, NEWER);
      expect(convert({ apiVersion: OLDER, kind: kind.kind, metadata: { name: 'a', annotations: { 'taskwright.dev/v1alpha2-rest': text } }, spec: { prompt: 'a' } }, NEWER)).toEqual(plain);
    },
  );
});

test('a kind of one version, and a version that there is not, are refused by name', () => {
  expect(() => convert({ apiVersion: NEWER, kind: 'Session', metadata: {} }, OLDER)).toThrow('Session: it has one version only; Task, Workspace, AgentConfig, TaskSpawner have two');
  expect(() => convert({ apiVersion: NEWER, kind: 'Task', metadata: {} }, 'kelos.dev/v1')).toThrow('Task: there is no version kelos.dev/v1; there are kelos.dev/v1alpha1 and kelos.dev/v1alpha2');
});

function* unknownFields(schema: StructuralSchema, value: unknown, path: string): Generator<string> {
  if (Array.isArray(value)) {
    for (const item of value) yield* unknownFields(schema.items!, item, `${path}[]`);
    return;
  }
  if (typeof value !== 'object' || value === null || !schema.properties) return;
  // The values that stand for types of Kubernetes are not theirs.
  if (schema.title !== undefined && /^(EnvVar|PodFailurePolicy|Volume|VolumeMount|Container|Affinity|Toleration|LocalObjectReference|ResourceRequirements|PodSecurityContext|SecurityContext)$/.test(schema.title)) return;
  for (const [name, member] of Object.entries(value)) {
    const known = schema.properties[name];
    if (known) yield* unknownFields(known, member, `${path}.${name}`);
    else yield `${path}.${name}`;
  }
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
