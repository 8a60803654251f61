import type { StructuralSchema } from '@taskwright/schema';

/** The key that maps are given. */
export const KEY = 'key';

/** The two values that a field is given in turn. */
export type Variant = 'A' | 'B';

/** What has rules that its schema does not tell, by its title. */
const EXAMPLES: Readonly<Record<string, Readonly<Record<Variant, unknown>>>> = {
  Credentials: { A: { type: 'api-key', secretRef: { name: 'a' } }, B: { type: 'oauth', secretRef: { name: 'b' } } },
  Plugin: { A: { name: 'a', agents: [{ name: 'a', content: 'a' }] }, B: { name: 'b', agents: [{ name: 'b', content: 'b' }] } },
  McpServer: { A: { name: 'a', type: 'stdio', command: 'a' }, B: { name: 'b', type: 'http', url: 'b' } },
  WorkerSpec: { A: { type: 'claude-code', credentials: { type: 'none' } }, B: { type: 'codex', credentials: { type: 'none' } } },
  TaskBudgetSpec: { A: { taskSelector: {}, period: { type: 'Daily' }, maxInputTokens: 1 }, B: { taskSelector: {}, period: { type: 'Daily' }, maxOutputTokens: 1 } },
  TaskSpec: {
    A: { prompt: 'a', worker: { type: 'claude-code', credentials: { type: 'none' } } },
    B: { prompt: 'b', worker: { type: 'claude-code', credentials: { type: 'none' } } },
  },
};

/** For texts with a pattern, and rules of their own beside it: the first two that match are taken. */
const TEXTS = ['Europe/Berlin', 'Asia/Tokyo', 'https://git.example/a/a.git', 'https://git.example/b/b.git', '1', '2', 'Ready', 'Failed'];
const FORMATS: Readonly<Record<string, Readonly<Record<Variant, string>>>> = {
  'date-time': { A: '2026-01-01T00:00:00Z', B: '2026-01-02T00:00:00Z' },
  'byte': { A: 'YQ==', B: 'Yg==' },
};

/**
 * A value of this schema; A and B differ, unless there is but one.
 *
 * Of an object it is what is required, and the first of the other members when nothing is.
 *
 * **Errors** `RangeError` for what nobody said a value of.
 */
export function valueOf(schema: StructuralSchema, variant: Variant): unknown {
  const example = EXAMPLES[schema.title ?? ''];
  if (example) return example[variant];
  const which = variant === 'A' ? 0 : 1;
  if (schema.enum) {
    const words = schema.enum.filter((word) => word !== schema.default && word !== '');
    return words[which % words.length] ?? schema.enum[0];
  }
  if (schema['x-kubernetes-int-or-string']) return String(which + 1);
  switch (schema.type) {
    case 'boolean': return variant === 'A';
    case 'integer': case 'number': return Math.max(schema.minimum ?? 1, 1) + which;
    case 'string': return textOf(schema, variant);
    case 'array': return [valueOf(schema.items!, variant)];
    case 'object': return objectOf(schema, variant);
    default: throw new RangeError(`no value is known for ${JSON.stringify({ ...schema, description: undefined })}; field-value.ts has to be told one`);
  }
}

function textOf({ format, pattern, minLength = 0, maxLength = Infinity }: StructuralSchema, variant: Variant): string {
  const known = format === undefined ? undefined : FORMATS[format];
  if (known) return known[variant];
  if (format !== undefined) throw new RangeError(`no value is known for the format ${format}; field-value.ts has to be told one`);
  if (pattern === undefined && minLength <= 1) return variant.toLowerCase();
  const texts = TEXTS.filter((text) => text.length >= minLength && text.length <= maxLength && new RegExp(pattern ?? '', 'u').test(text));
  const text = texts[variant === 'A' ? 0 : 1];
  if (text === undefined) throw new RangeError(`no text is known that matches ${pattern}; field-value.ts has to be told one`);
  return text;
}

function objectOf({ properties = {}, required = [], additionalProperties, ...schema }: StructuralSchema, variant: Variant): object {
  if (schema['x-kubernetes-preserve-unknown-fields']) return { [KEY]: variant };
  if (additionalProperties) return { [KEY]: valueOf(additionalProperties, variant) };
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return Object.fromEntries(names.map((name) => [name, valueOf(properties[name]!, variant)]));
}
