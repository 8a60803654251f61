import { apiVersionOf, type KubeObject, type Resource } from './object.ts';

/**
 * What a controller decided to do about one object, as data: rules make plans, `apply` carries them out.
 *
 * Status is written first, then events, then the writes in their order. Each write carries the uid of what it changes, so
 * a plan made from an old view ends as a conflict, and each is repeatable, so a crash between two is repaired by the next run.
 */
export interface Plan<Status = object> {
  readonly writes?: readonly Write[];
  /** The whole status as it should be. Left out: it stays as it is. */
  readonly status?: Status;
  readonly events?: readonly EventNote[];
  /** Look again after this many milliseconds, though nothing changes. */
  readonly requeueAfterMs?: number;
  /** Why nothing is done; `taskwright explain` completes "is kept because" with it. */
  readonly why?: string;
}

export type Write =
  /** With `isAsSent`, nothing that the server fills in is of use but the metadata, and it is not asked for more. */
  | { readonly verb: 'create'; readonly resource: Resource; readonly object: KubeObject; readonly isAsSent?: boolean }
  /** Server-side apply of the fields that are ours. */
  | { readonly verb: 'apply'; readonly resource: Resource; readonly object: KubeObject; readonly fieldManager?: string }
  | { readonly verb: 'mergePatch'; readonly resource: Resource; readonly target: KubeObject; readonly patch: object }
  /** Deletes exactly this object and, in the background, what it owns. The uid is a precondition; so is the version, unless nothing that may have changed matters. */
  | { readonly verb: 'delete'; readonly resource: Resource; readonly target: KubeObject; readonly inAnyVersion?: true };

export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export function idle(why: string): Plan<never> {
  return { why };
}

export function normalEvent(reason: string, message: string): EventNote {
  return { type: 'Normal', reason, message };
}

export function warningEvent(reason: string, message: string): EventNote {
  return { type: 'Warning', reason, message };
}

export function deletion(resource: Resource, target: KubeObject): Write {
  return { verb: 'delete', resource, target };
}

/** For what has to go whatever has become of it. A cache that lags then costs no conflict. */
export function deletionInAnyVersion(resource: Resource, target: KubeObject): Write {
  return { verb: 'delete', resource, target, inAnyVersion: true };
}

/** For what is read again from a watch, or never: the answer is a good part of what a create costs the server. */
export function creationAsSent(resource: Resource, object: KubeObject): Write {
  return { verb: 'create', resource, object: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object }, isAsSent: true };
}

export function creation(resource: Resource, object: KubeObject): Write {
  return { verb: 'create', resource, object: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object } };
}
