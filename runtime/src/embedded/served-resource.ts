import type { Resource } from '../kube/object.ts';
import type { ApiObject } from './api-object.ts';
import type { FieldError } from './status-error.ts';
import type { Schema } from './structural/schema.ts';
import type { Column } from './printing/column.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Everything the server knows about one kind in one version. The verbs ask it, and branch on nothing else. */
export interface ServedResource extends Resource {
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  /** Where its objects are stored. All versions of a kind share one collection. */
  readonly collection: string;
  readonly storedApiVersion: string;
  /** Turns a stored object into this version and back. Left out: it is stored in this version. */
  readonly conversion?: { fromStored(object: ApiObject): ApiObject; toStored(object: ApiObject): ApiObject };
  /** `/status` is written apart from the rest. */
  readonly hasStatus: boolean;
  /** Where `/scale` finds replicas. Left out: it is not served. */
  readonly scale?: ScalePaths;
  /** Whether `metadata.generation` counts the changes of the spec. */
  readonly countsGenerations: boolean;
  /** PUT without a resourceVersion is allowed, and wins. */
  readonly updatesUnconditionally: boolean;
  /** PUT of what does not exist creates it. */
  readonly createsOnUpdate: boolean;
  readonly nameRule: NameRule;
  readonly schema: Schema;
  /** Custom resources have no strategic merge patch, and their unknown fields are pruned. */
  readonly custom: boolean;
  readonly columns: readonly Column[];
  /** JSON paths by which a field selector may choose, beside name and namespace. */
  readonly selectableFields: readonly string[];
  readonly rules: ResourceRules;
}

export type NameRule = 'dns-subdomain' | 'dns-label' | 'path-segment';

export interface ScalePaths {
  readonly specReplicas: string;
  readonly statusReplicas: string;
  readonly labelSelector?: string;
}

/** What one kind asks beyond its schema. Each gets the object in the version of the request and never changes it. */
export interface ResourceRules {
  /** Fills in what a client may leave out. */
  readonly complete?: (object: ApiObject) => ApiObject;
  /** What the server decides itself when the object is created. */
  readonly prepareForCreate?: (object: ApiObject) => ApiObject;
  readonly validate?: (object: ApiObject, old: ApiObject | undefined) => FieldError[];
  /** A deletion that is done is answered with the object, not with a Status. */
  readonly answersDeletionWithObject?: boolean;
  /** What happens to dependents when the request does not say. */
  readonly defaultPropagation?: 'Orphan';
  /** Seconds a deleted object is kept for its kubelet; 0 deletes at once. */
  readonly gracePeriodSeconds?: (object: ApiObject, requested: number | undefined) => number;
}
