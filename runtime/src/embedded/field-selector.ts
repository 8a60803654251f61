import type { ApiObject } from './api-object.ts';
import { isObject } from './json.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequest } from './status-error.ts';

export type FieldPredicate = (object: ApiObject) => boolean;

/**
 * Reads `metadata.name=a,status.phase!=Failed`. Only the fields a kind declares may be asked for, and a field that is absent equals the
 * empty string; any other is refused with 400.
 */
export function parseFieldSelector(text: string | undefined, resource: ServedResource): FieldPredicate {
  if (text === undefined || text === '') return () => true;
  const terms = text.split(',').filter((term) => term !== '').map((term) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field, operator, value] = match;
    const known = field === 'metadata.name' || (field === 'metadata.namespace' && resource.namespaced) || resource.selectableFields.includes(field!);
    if (!known) throw badRequest(`field label not supported: ${field}`);
    const path = field!.split('.');
    return (object: ApiObject) => (valueAt(object, path) === value) === (operator !== '!=');
  });
  return (object) => terms.every((holds) => holds(object));
}

/** The name a selector pins the collection down to, if it does. */
export function selectedName(text: string | undefined): string | undefined {
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(text ?? '')?.[1];
}

function valueAt(object: unknown, path: readonly string[]): string {
  let value = object;
  for (const field of path) value = isObject(value) ? value[field] : undefined;
  return value === undefined || value === null ? '' : String(value);
}
