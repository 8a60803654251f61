import { OUTPUT_SCHEMA, type Task } from '@taskwright/schema';
import { checkOutputSchema, outputsIn, renderProblem } from 'cdk8s-taskwright/output-schema';
import { RE2JS } from 're2js';

/** What the agent of a Task has to leave, as its author declared it in an annotation, so that the spec stays that of the reference. */
export interface DeclaredOutputs {
  /** The JSON Schema, as the author wrote it. */
  readonly schema: string;
  readonly names: readonly string[];
  /** Those that must not be left out. */
  readonly required: readonly string[];
}

/** What a Task declares; nothing for one that declares nothing, or nothing that can be read: such a Task is held before its Job. */
export function declaredOutputsOf(task: Task): DeclaredOutputs | undefined {
  const reading = readingOf(task);
  return typeof reading === 'string' ? undefined : reading;
}

/** Why the declaration cannot be read; nothing if it can, or there is none. */
export function declarationProblem(task: Task): string | undefined {
  const reading = readingOf(task);
  return typeof reading === 'string' ? reading : undefined;
}

/** Who waits is asked about again and again, and the text is up to 32 KiB. */
const readings = new WeakMap<Task, DeclaredOutputs | string>();

function readingOf(task: Task): DeclaredOutputs | string | undefined {
  const text = task.metadata.annotations?.[OUTPUT_SCHEMA];
  if (text === undefined) return undefined;
  const reading = readings.get(task) ?? read(text);
  readings.set(task, reading);
  return reading;
}

function read(text: string): DeclaredOutputs | string {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    return `got ${text.length} characters that are not JSON; it has to be a JSON Schema`;
  }
  const [first, ...others] = checkOutputSchema(schema, { checkPattern: re2Problem });
  if (first) return `${renderProblem(first)}${others.length > 0 ? ` (and ${others.length} more)` : ''}`;
  return { schema: text, ...outputsIn(schema as object) };
}

function re2Problem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
