import { expect, test } from 'vitest';
import { embeddedSchema, servedSchema } from '../../src/kubernetes/index.ts';
import type { StructuralSchema } from '../../src/structural.ts';

const POD = 'io.k8s.api.core.v1.Pod';
const CONTAINER = 'io.k8s.api.core.v1.Container';

function at(schema: StructuralSchema, path: string): StructuralSchema | undefined {
  return path.split('.').reduce<StructuralSchema | undefined>((level, name) => (name === '[]' ? level?.items : level?.properties?.[name]), schema);
}

test('a served schema has everything inlined', () => {
  expect(at(servedSchema(POD), 'spec.containers.[].resources.limits')?.additionalProperties).toMatchObject({ 'x-kubernetes-int-or-string': true });
  expect(JSON.stringify(servedSchema(POD))).not.toContain('$ref');
});

test('a served schema says how lists are merged, and which words the server takes', () => {
  expect(at(servedSchema(POD), 'spec.containers')).toMatchObject({ 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': 'name', 'x-kubernetes-list-map-keys': ['name'] });
  expect(at(servedSchema(POD), 'spec.restartPolicy')?.enum).toEqual(['Always', 'Never', 'OnFailure']);
});

test('an embedded schema leaves words and merging to whoever gets the Pod', () => {
  const text = JSON.stringify(embeddedSchema(CONTAINER));
  expect(text).not.toContain('x-kubernetes-patch');
  expect(text).not.toContain('"enum"');
});

test('a template inside an embedded type may set what belongs to a template', () => {
  const meta = at(embeddedSchema('io.k8s.api.core.v1.Volume'), 'ephemeral.volumeClaimTemplate.metadata');
  expect(Object.keys(meta?.properties ?? {})).toEqual(['annotations', 'finalizers', 'labels', 'name', 'namespace']);
});

test('the sentence beside a field wins over that of its type', () => {
  expect(at(servedSchema(POD), 'spec.affinity')?.description).toBe("If specified, the pod's scheduling constraints");
});

test('required members have no default, optional ones keep theirs', () => {
  expect(at(servedSchema(CONTAINER), 'name')?.default).toBeUndefined();
  expect(at(servedSchema(CONTAINER), 'ports.[].protocol')?.default).toBe('TCP');
});

test('a schema is made once', () => {
  expect(servedSchema(POD)).toBe(servedSchema(POD));
  expect(embeddedSchema(CONTAINER)).toBe(embeddedSchema(CONTAINER));
});

test('a type that is not there is told by name', () => {
  expect(() => servedSchema('io.k8s.api.core.v1.Pot')).toThrow(/^io\.k8s\.api\.core\.v1\.Pot: not a type of kube-apiserver v1\.36\.2/);
});
