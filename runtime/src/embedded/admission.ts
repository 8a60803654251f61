import type { ApiObject } from './api-object.ts';
import type { WriteOptions } from './cluster.ts';
import { validateMeta, validateMetaUpdate } from './object-meta.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequest, invalid, type FieldError } from './status-error.ts';
import { applyDefaults } from './structural/defaulting.ts';
import { prune } from './structural/pruning.ts';
import { validateSchema } from './structural/validation.ts';

/** Refuses a built-in kind that cannot be read, and removes what the schema does not know. `fieldValidation` says whether that is refused, told to the client, or silent. */
export function admitFields(resource: ServedResource, object: ApiObject, { fieldValidation, warn }: Pick<WriteOptions, 'fieldValidation' | 'warn'>): ApiObject {
  if (!resource.custom) refuseUndecodable(resource, validateSchema(applyDefaults(object, resource.schema), undefined, resource.schema));
  const unknown: string[] = [];
  const pruned = prune(object, resource.schema, (path) => unknown.push(`unknown field ${JSON.stringify(path)}`));
  if (fieldValidation === 'Strict' && unknown.length > 0) {
    throw badRequest(`${resource.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: strict decoding error: ${unknown.join(', ')}`);
  }
  if (fieldValidation === 'Warn') unknown.forEach(warn);
  return pruned;
}

/** An apply with a field that the schema does not know is refused, whatever `fieldValidation` says. A real server answers 500, which is kept for mistakes of ours here. */
export function admitApplied(resource: ServedResource, object: ApiObject): ApiObject {
  const unknown: string[] = [];
  const admitted = admitFields(resource, object, { fieldValidation: 'Warn', warn: (text) => unknown.push(text) });
  if (unknown.length === 0) return admitted;
  const [first] = unknown.map((text) => JSON.parse(text.slice('unknown field '.length)) as string).sort();
  const { namespace = '', name = '' } = object.metadata;
  throw badRequest(`failed to create typed patch object (${namespace}/${name}; ${resource.group}/${resource.version}, Kind=${resource.kind}): .${first}: field not declared in schema`);
}

/** Fills in the defaults of a kind: those its schema declares, then those that need more than a schema. */
export function complete(resource: ServedResource, object: ApiObject): ApiObject {
  const defaulted = applyDefaults(object, resource.schema);
  return resource.rules.complete?.(defaulted) ?? defaulted;
}

/** Refuses an object with everything that is wrong in it, in one 422. */
export function validate(resource: ServedResource, object: ApiObject, old: ApiObject | undefined): void {
  const bySchema = validateSchema(object, old, resource.schema);
  const errors: FieldError[] = [
    ...validateMeta(object.metadata, resource),
    ...(old === undefined ? [] : validateMetaUpdate(object.metadata, old.metadata)),
    // The server's own kinds are complete whatever the schema says about their status: clients may send it in parts.
    ...bySchema.filter(({ field }) => resource.custom ? !field.startsWith('metadata.') : !/^(status|metadata)\b/.test(field)),
    ...(resource.rules.validate?.(object, old) ?? []),
  ];
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors);
}

/** A wrong type in a built-in kind is not read at all: 400, where a custom resource gets 422. */
function refuseUndecodable({ kind, version }: ServedResource, errors: readonly FieldError[]): void {
  const wrong = errors.find(({ reason }) => reason === 'FieldValueTypeInvalid');
  if (wrong === undefined) return;
  const [, actual, expected] = /Invalid value: "(\w+)".* must be of type ([\w,]+)/.exec(wrong.message) ?? [];
  throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: json: cannot unmarshal ${actual} into Go struct field ${kind}.${wrong.field} of type ${expected}`);
}
