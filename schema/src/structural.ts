/**
 * A structural schema, as the API server means it: every level has its type, and nothing refers elsewhere.
 *
 * Our kinds are written in zod and become one (`to-structural.ts`); those of Kubernetes are inlined into one
 * (`kubernetes/structural-schema.ts`). CRDs, the embedded server, the checks of the constructs and the docs all read this.
 */
export interface StructuralSchema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  /** Name of the type, for constructs and docs: `PodOverrides`. CRDs leave it out. */
  title?: string;
  description?: string;
  format?: string;
  default?: unknown;
  enum?: (string | number | boolean)[];
  nullable?: boolean;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, StructuralSchema>;
  /** A map of these values; excludes `properties`. */
  additionalProperties?: StructuralSchema;
  items?: StructuralSchema;
  /** Only ever `[{ type: integer }, { type: string }]`, the companion of int-or-string. */
  anyOf?: StructuralSchema[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-validations'?: ValidationRule[];
  /** How strategic merge treats a list or struct. Kubernetes' own types only, and never in a CRD. */
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
}

/** A CEL rule beside the field it guards. The server runs it after the structure has been checked. */
export interface ValidationRule {
  /** `self` is the value of the field; a rule that reads `oldSelf` holds on updates only. */
  rule: string;
  /** What the user reads when the rule does not hold. */
  message: string;
}

/** By the convention of Kubernetes a field is deprecated when its description begins with the word. */
export function isDeprecated({ description }: Pick<StructuralSchema, 'description'>): boolean {
  return description?.startsWith('Deprecated: ') === true;
}
