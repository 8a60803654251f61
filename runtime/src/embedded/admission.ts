import type { ApiObject } from './api-object.ts';
import { validateMeta, validateMetaUpdate } from './object-meta.ts';
import type { ServedResource } from './served-resource.ts';
import { invalid, type FieldError } from './status-error.ts';

/** Fills in the defaults of a kind: those its schema declares, then those that need more than a schema. */
export function complete(resource: ServedResource, object: ApiObject): ApiObject {
  return resource.rules.complete?.(object) ?? object;
}

/** Refuses an object with everything that is wrong in it, in one 422. */
export function validate(resource: ServedResource, object: ApiObject, old: ApiObject | undefined): void {
  const errors: FieldError[] = [
    ...validateMeta(object.metadata, resource),
    ...(old === undefined ? [] : validateMetaUpdate(object.metadata, old.metadata)),
    ...(resource.rules.validate?.(object, old) ?? []),
  ];
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors);
}
