/** Reads a value by the simple JSONPath of printer columns and `kubectl`: `.spec.a`, `['b']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`. */
export function readJsonPath(object: unknown, path: string): unknown[] {
  return segmentsOf(path).reduce<unknown[]>((values, segment) => values.flatMap((value) => step(value, segment)), [object]);
}

type Segment =
  | { readonly field: string }
  | { readonly index: number }
  | { readonly all: true }
  | { readonly where: string; readonly equals: string };

const SEGMENT = /\.?\[\?\(@\.([\w.-]+)\s*==\s*(?:"([^"]*)"|'([^']*)')\)\]|\.?\[(?:'([^']*)'|"([^"]*)"|(-?\d+)|(\*))\]|\.((?:\\.|[^.[\\])+)|^([\w-]+)/gy;

function segmentsOf(path: string): Segment[] {
  const text = path.replace(/^\{|\}$/g, '').replace(/^\$/, '');
  return [...text.matchAll(SEGMENT)].map(([, where, double, single, quoted, doubleQuoted, index, all, dotted, bare]) => {
    if (where !== undefined) return { where, equals: double ?? single ?? '' };
    if (index !== undefined) return { index: Number(index) };
    if (all !== undefined || dotted === '*') return { all: true };
    return { field: quoted ?? doubleQuoted ?? dotted?.replace(/\\(.)/g, '$1') ?? bare! };
  });
}

function step(value: unknown, segment: Segment): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('all' in segment) return Object.values(value);
  if ('index' in segment) return Array.isArray(value) ? value.slice(segment.index).slice(0, 1) : [];
  if ('where' in segment) return Object.values(value).filter((item) => String(readJsonPath(item, `.${segment.where}`)[0]) === segment.equals);
  return Object.hasOwn(value, segment.field) ? [(value as Record<string, unknown>)[segment.field]] : [];
}
