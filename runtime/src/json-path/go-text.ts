import { parseTemplate, renderTemplate } from 'cdk8s-taskwright/template';

/** The engine of our templates is held against Go's own `fmt`, so its text is the reference's. */
const AS_TEXT = parseTemplate('{{printf "%v" .value}}', 'value');

/** What a value of JSON is as text in the reference: `true`, `500`, `1e+06`, `<nil>`, `[a b]`, `map[k:v]`. */
export function goText(value: unknown): string {
  return typeof value === 'string' ? value : renderTemplate(AS_TEXT, { value }, { missingKey: 'error' });
}
