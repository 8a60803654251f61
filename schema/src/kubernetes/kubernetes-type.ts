import { z } from 'zod';
import '../field-meta.ts';
import { definitionOf } from './definitions.ts';
import type { KubernetesTypes } from './type-names.ts';

/**
 * A field that has a type of Kubernetes, by its full name: `kubernetesType('io.k8s.api.core.v1.Affinity')`.
 *
 * TypeScript sees the whole type and a CRD holds its whole schema. zod itself only tells an object from a scalar: what is
 * inside is checked where the structural schema is.
 */
export function kubernetesType<Name extends keyof KubernetesTypes>(name: Name): z.ZodType<KubernetesTypes[Name]> {
  const definition = definitionOf(name);
  return z.custom<KubernetesTypes[Name]>((value) => {
    if (definition['x-kubernetes-int-or-string']) return typeof value === 'string' || Number.isInteger(value);
    if (definition.type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
    return typeof value === definition.type;
  }, `must be a ${name.slice(name.lastIndexOf('.') + 1)}`).meta({ kubernetesType: name });
}
