/** Types, schemas and descriptors of the kinds that Kubernetes itself brings. */
export type * from './apps-v1.ts';
export type * from './authentication-v1.ts';
export type * from './autoscaling-v1.ts';
export type * from './batch-v1.ts';
export type * from './coordination-v1.ts';
export type * from './core-v1.ts';
export type * from './meta-v1.ts';
export type * from './networking-v1.ts';
export type * from './policy-v1.ts';
export type * from './rbac-v1.ts';
export { type Definition, definitionNameOf, definitionOf, definitions, source } from './definitions.ts';
export { kubernetesType } from './kubernetes-type.ts';
export * from './resources.ts';
export { embeddedSchema, servedSchema, structureOf } from './structural-schema.ts';
export type { KubernetesTypes } from './type-names.ts';
