import type { KubeObject, Resource } from '../../src/kube/object.ts';
import type { Connection } from './connection.ts';
import { defineKind } from './define-kind.ts';

/** A custom kind with everything a schema can say, for suites that need one. */
export interface Widget extends KubeObject {
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export const widgets: Resource = { group: 'contract.taskwright.dev', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true };

const spec = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 10 },
    color: { type: 'string', default: 'red', enum: ['red', 'green'] },
    name: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 5 },
    port: { 'x-kubernetes-int-or-string': true },
    tags: { 'type': 'array', 'items': { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    parts: {
      'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'],
      'items': {
        type: 'object', required: ['name'],
        properties: { name: { type: 'string' }, weight: { type: 'integer', default: 1 }, note: { type: 'string' } },
      },
    },
    steps: { type: 'array', maxItems: 3, items: { type: 'string' } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    frozen: { 'type': 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'frozen cannot change' }] },
    options: { 'type': 'object', 'x-kubernetes-map-type': 'atomic', 'properties': { a: { type: 'string' }, b: { type: 'string' } } },
    free: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true },
    nothing: { type: 'string', nullable: true },
    notes: { type: 'object', properties: { text: { type: 'string', default: 'none' } } },
  },
  'x-kubernetes-validations': [{ rule: '!has(self.labels) || self.labels.size() <= self.size', message: 'no more labels than size' }],
};

const definition = {
  metadata: { name: 'widgets.contract.taskwright.dev' },
  spec: {
    group: widgets.group, scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
    versions: [{
      name: 'v1', served: true, storage: true,
      subresources: { status: {} },
      additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }, { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 }],
      selectableFields: [{ jsonPath: '.spec.color' }],
      schema: {
        openAPIV3Schema: {
          type: 'object', required: ['spec'],
          properties: { spec, status: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      },
    }],
  },
};

export async function defineWidgets(connection: Connection): Promise<void> {
  await defineKind(connection, definition);
}

export function aWidget(namespace: string, fields: Record<string, unknown> = {}): Widget {
  return { metadata: { namespace, name: 'one' }, spec: { size: 3, ...fields } };
}
