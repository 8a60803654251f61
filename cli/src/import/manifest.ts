import type { KubeObject } from '@taskwright/runtime/kube';

/** An object that is imported, as the program has to make it. */
export interface Manifest {
  readonly object: ImportedObject;
  /** Where it stands, for messages: `fleet.yaml:12`. */
  readonly at: string;
}

export interface ImportedObject extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeObject['metadata'] & { readonly name: string };
  readonly spec?: unknown;
}

/** What tells an object from all others: its kind and group, its namespace and name, whatever its version. */
export function keyOf({ apiVersion = '', kind = '', metadata: { namespace, name } }: KubeObject): string {
  return [groupOf(apiVersion), kind, namespace ?? '', name].join('/');
}

export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** As messages call it: `Task dev/fix`. */
export function nameOf({ kind = '', metadata: { namespace, name } }: KubeObject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
