import type { ValidationRule } from './structural.ts';
import type { KubernetesTypes } from './kubernetes/type-names.ts';

/** What our kinds say of a field beside its zod type: `z.string().meta({ description, rules })`. */
declare module 'zod' {
  interface GlobalMeta {
    /** CEL rules on the value of this field. zod does not run them, the API server does. */
    rules?: ValidationRule[];
    /** The fields by which entries of this list are told apart: two entries with the same values are refused. */
    listMapKeys?: string[];
    /** A list of scalars of which each may be there once. */
    listType?: 'set';
    /** Bounds of the number of entries of a map; `boundedMap` sets them, and has zod check them too. */
    minProperties?: number;
    maxProperties?: number;
    /** Set by `kubernetesType`: the field has this type of Kubernetes, inlined where the field stands. */
    kubernetesType?: keyof KubernetesTypes;
  }
}
