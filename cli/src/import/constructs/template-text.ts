import { valueOf } from '../evaluate.ts';
import { type Call, type Expression, literal, type Property } from '../expression.ts';

/** What templates can read, by the text that reads it. */
export type Readable = ReadonlyMap<string, Property>;

/** The variables of the event of a trigger. One that cannot be made has none; that it cannot is told by who makes all of it. */
export function variablesOf(trigger: Call): Readable {
  const event = { kind: 'property', of: trigger, path: ['event'] } as const;
  try {
    const variables = valueOf(event, () => undefined) as Readonly<Record<string, string>>;
    return new Map(Object.entries(variables).map(([name, text]) => [text, { ...event, path: ['event', name] }]));
  } catch {
    return new Map();
  }
}

/** A Go template with what it reads in the words of the program, where these come to the very same text: `{{.Number}}`, but not `{{ .Number }}`. */
export function templateText(text: string, readable: Readable): Expression {
  const known = [...readable.keys()].sort((one, other) => other.length - one.length).map((each) => each.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  if (known.length === 0) return literal(text);
  // A separator that captures stays among the pieces.
  const pieces = text.split(new RegExp(`(${known.join('|')})`)).filter((piece) => piece !== '');
  const parts = pieces.map((piece) => readable.get(piece) ?? literal(piece));
  if (!parts.some(({ kind }) => kind === 'property')) return literal(text);
  return parts.length === 1 ? parts[0]! : { kind: 'interpolation', parts };
}
