import { withMeta } from './api-object.ts';
import type { ResourceRules } from './served-resource.ts';

/** A namespace holds its content by the finalizer `kubernetes` in its spec, and is found by a label that carries its name. */
export const namespaceRules: ResourceRules = {
  complete: (namespace) => {
    const { labels, name } = namespace.metadata;
    return labels?.['kubernetes.io/metadata.name'] === name ? namespace : withMeta(namespace, { labels: { ...labels, 'kubernetes.io/metadata.name': name! } });
  },
  prepareForCreate: (namespace) => ({ ...namespace, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }),
  answersDeletionWithObject: true,
};
