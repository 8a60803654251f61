import type { KubeObject } from '../kube/object.ts';
import type { ApiObject } from './api-object.ts';
import type { ServedResource } from './served-resource.ts';
import { StatusError } from './status-error.ts';
import { applyDefaults } from './structural/defaulting.ts';
import { prune } from './structural/pruning.ts';
import { UNTYPED, type Schema } from './structural/schema.ts';

/** What a conversion webhook does: an object of one version becomes one of another, its metadata stay but for labels and annotations. */
export type ConvertObject = (object: ApiObject, toApiVersion: string) => KubeObject;

export interface ConversionOptions {
  readonly kind: string;
  /** The version that is served by it, and the one that objects are stored in now. */
  readonly version: string;
  readonly storedVersion: string;
  /** By apiVersion, those that are not served among them: an object may have been stored when another version was. */
  readonly schemas: ReadonlyMap<string, Schema>;
  readonly convert: ConvertObject;
}

/**
 * Between what is stored of a custom resource and one of its versions: what is read gets the defaults of the version it was stored in, is
 * converted, and loses what the other version does not know. Nothing is defaulted after that.
 *
 * **Errors** 500 for what cannot be converted, with the words of a real server.
 */
export function customConversion({ kind, version, storedVersion, schemas, convert }: ConversionOptions): NonNullable<ServedResource['conversion']> {
  const schemaOf = (apiVersion: string) => schemas.get(apiVersion) ?? UNTYPED;
  return {
    fromStored: (object) => converted(applyDefaults(object, schemaOf(object.apiVersion)), version),
    toStored: (object) => converted(object, storedVersion),
  };

  function converted(object: ApiObject, apiVersion: string): ApiObject {
    return object.apiVersion === apiVersion ? object : prune(attempt(object, apiVersion), schemaOf(apiVersion), () => {});
  }

  function attempt(object: ApiObject, apiVersion: string): ApiObject {
    try {
      return { ...convert(object, apiVersion), apiVersion, kind };
    } catch (error) {
      const message = `conversion webhook for ${object.apiVersion}, Kind=${kind} failed: ${error instanceof Error ? error.message : String(error)}`;
      throw new StatusError(500, undefined, message);
    }
  }
}

/** What happens where nobody converts: the version is another, and that is all. */
export function renamed(object: ApiObject, apiVersion: string): ApiObject {
  return { ...object, apiVersion };
}
