import { parseTemplate, renderTemplate } from 'cdk8s-taskwright/template';

/** A value of JSON as Go's `%v` prints it: `1e+06`, `[a b]`, `map[k:v]`, `<nil>`; a text as it is. */
export function goText(value: unknown): string {
  if (typeof value === 'string') return value;
  // A template prints every value so, but for nil.
  return value === null ? '<nil>' : renderTemplate(PRINT, { value }, { missingKey: 'error' });
}

const PRINT = parseTemplate('{{.value}}', 'value');
