import type { ApiObject } from './api-object.ts';
import { isEqual, isObject, without } from './json.ts';
import type { ResourceRules } from './served-resource.ts';
import type { FieldError } from './status-error.ts';

/** A ConfigMap or Secret that was declared immutable stays as it is. */
export const configMapRules: ResourceRules = {
  validate: (object, old) => [...validateKeys(object), ...validateImmutable(object, old)],
};

/** A Secret has a type, and what was written as text in `stringData` is stored with the rest. */
export const secretRules: ResourceRules = {
  complete: (secret) => {
    const { stringData } = secret;
    const encoded = isObject(stringData)
      ? Object.fromEntries(Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]))
      : {};
    const data = { ...(isObject(secret.data) ? secret.data : {}), ...encoded };
    const rest = without(secret, 'stringData') as ApiObject;
    return { ...rest, ...(Object.keys(data).length === 0 ? {} : { data }), type: secret.type ?? 'Opaque' };
  },
  validate: (object, old) => [
    ...validateKeys(object),
    ...validateImmutable(object, old),
    ...(old !== undefined && old.type !== object.type
      ? [{ reason: 'FieldValueInvalid', field: 'type', message: `Invalid value: ${JSON.stringify(object.type)}: field is immutable` } as const]
      : []),
  ],
};

const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

function validateKeys({ data }: ApiObject): FieldError[] {
  return Object.keys(isObject(data) ? data : {}).filter((key) => !KEY.test(key)).map((key) => ({
    reason: 'FieldValueInvalid', field: `data[${key}]`,
    message: `Invalid value: ${JSON.stringify(key)}: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
  }));
}

function validateImmutable(object: ApiObject, old: ApiObject | undefined): FieldError[] {
  if (old?.immutable !== true) return [];
  return ['immutable', 'data', 'binaryData'].filter((field) => !isEqual(object[field], old[field])).map((field) => (
    { reason: 'FieldValueForbidden', field, message: 'Forbidden: field is immutable when `immutable` is set' }));
}
