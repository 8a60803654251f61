import { isObject } from '../json.ts';
import { fieldSchema, type Schema } from './schema.ts';

/** Words that are no identifiers in CEL: a field of that name is written between underscores. */
const RESERVED = new Set(['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop',
  'package', 'namespace', 'return', 'var', 'void', 'while']);

/**
 * A JSON value as CEL sees it: integers are exact, numbers are doubles, by the schema and not by how they are written; times are timestamps;
 * fields whose names are no identifiers are escaped; null means absent where null is not allowed.
 */
export function celValue(value: unknown, schema: Schema | undefined): unknown {
  if (typeof value === 'number') return schema?.type !== 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string') return schema?.format === 'date-time' ? new Date(value) : value;
  if (Array.isArray(value)) return value.map((item) => celValue(item, schema?.items));
  if (!isObject(value)) return value;
  const isMap = schema?.properties === undefined && schema?.additionalProperties !== undefined;
  const entries = Object.entries(value)
    .filter(([field, item]) => item !== undefined && (item !== null || schema === undefined || fieldSchema(schema, field)?.nullable))
    .map(([field, item]) => [isMap ? field : escapeField(field), celValue(item, schema && fieldSchema(schema, field))]);
  return Object.fromEntries(entries);
}

/** Most names are identifiers as they are. */
const PLAIN = /^[A-Za-z][A-Za-z0-9]*$/;

function escapeField(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  if (PLAIN.test(name)) return name;
  return name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__');
}
