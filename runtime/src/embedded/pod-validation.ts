import { isObject, type JsonObject } from './json.ts';
import { checkName } from './object-name.ts';
import type { FieldError } from './status-error.ts';

/**
 * What must hold in a Pod's spec beyond its schema: containers have images and names of their own, and mount what there is.
 *
 * `path` is where the spec is: a Job has it below its template.
 */
export function validatePodSpec(spec: unknown, path: string): FieldError[] {
  if (!isObject(spec)) return [required(path)];
  const containers = objects(spec.containers);
  const initContainers = objects(spec.initContainers);
  const volumes = new Set(objects(spec.volumes).map(({ name }) => name));
  const names = new Set<unknown>();
  const check = (container: JsonObject, at: string) => {
    const errors = [...validateContainer(container, at, volumes), ...(names.has(container.name) ? [duplicate(`${at}.name`, container.name)] : [])];
    names.add(container.name);
    return errors;
  };
  return [
    ...(Array.isArray(spec.containers) && containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...objects(spec.volumes).flatMap(({ name }, index, all) => [
      ...(typeof name === 'string' ? checkName(name, 'dns-label', `${path}.volumes[${index}].name`) : []),
      ...(all.findIndex((other) => other.name === name) < index ? [duplicate(`${path}.volumes[${index}].name`, name)] : []),
    ]),
    ...containers.flatMap((container, index) => check(container, `${path}.containers[${index}]`)),
    ...initContainers.flatMap((container, index) => check(container, `${path}.initContainers[${index}]`)),
  ];
}

function validateContainer({ name, image, volumeMounts, env }: JsonObject, path: string, volumes: ReadonlySet<unknown>): FieldError[] {
  return [
    ...(typeof name === 'string' ? checkName(name, 'dns-label', `${path}.name`) : []),
    ...(typeof image === 'string' && image.trim() !== '' ? [] : [required(`${path}.image`)]),
    ...objects(volumeMounts).flatMap((mount, index): FieldError[] => (volumes.has(mount.name)
      ? []
      : [{ reason: 'FieldValueNotFound', field: `${path}.volumeMounts[${index}].name`, message: `Not found: ${JSON.stringify(mount.name)}` }])),
    ...objects(env).flatMap(({ name: variable, value, valueFrom }, index): FieldError[] => [
      ...(variable === '' ? [required(`${path}.env[${index}].name`)] : []),
      // The value itself may be a secret: it is not shown.
      ...(value !== undefined && value !== '' && valueFrom !== undefined
        ? [{ reason: 'FieldValueInvalid', field: `${path}.env[${index}].valueFrom`, message: 'Invalid value: "": may not be specified when `value` is not empty' } as const]
        : []),
    ]),
  ];
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function required(field: string): FieldError {
  return { reason: 'FieldValueRequired', field, message: 'Required value' };
}

function duplicate(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${JSON.stringify(value)}` };
}
