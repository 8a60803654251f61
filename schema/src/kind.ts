import type { z } from 'zod';

/** A kind of ours, in all its versions: what becomes a CRD, L1 constructs, a page of the field reference and a `Resource`. */
export interface Kind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** What an object of this kind is, in a sentence or two. */
  readonly description: string;
  readonly versions: readonly KindVersion[];
}

export interface KindVersion {
  readonly name: string;
  readonly served: boolean;
  /** Exactly one version of a kind is the one that is stored. */
  readonly storage: boolean;
  /** `spec` and, for a kind with a status subresource, `status`. The API adds apiVersion, kind and metadata. */
  readonly schema: z.ZodObject;
  readonly printerColumns: readonly PrinterColumn[];
  /** What the server warns every client of this version with. Left out: the version is not deprecated. */
  readonly deprecationWarning?: string;
}

/** A column of `kubectl get`, and of ours. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  /** Above 0: shown with `-o wide` only. */
  readonly priority?: number;
}

/** What the API server serves under one path: a kind in one version. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Where the objects of a kind are served: in the stored version, or the one that is named. */
export function resourceOf({ group, kind, plural, namespaced, versions }: Kind, version = storedVersion(versions).name): Resource {
  return { group, version, kind, plural, namespaced };
}

export function storedVersion(versions: readonly KindVersion[]): KindVersion {
  return versions.find(({ storage }) => storage)!;
}
