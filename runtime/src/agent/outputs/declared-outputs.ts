import { readFile, rm } from 'node:fs/promises';
import type { Env } from '../layout.ts';
import { objectIn } from '../json-file.ts';
import type { Redact } from '../redaction.ts';
import { oneLine, StepError } from '../step-error.ts';
import { MOST_OUTPUT_FILE_BYTES, readOutputFile } from './output-file.ts';

/** What an agent left: every output that it wrote, or what is wrong, one line each. */
export type OutputReading = { readonly results: Readonly<Record<string, unknown>> } | { readonly violations: readonly string[] };

/** What the agent has to leave, and where. */
export interface DeclaredOutputs {
  /** Removes what is there before the agent begins: it would be taken for the agent's. */
  clear(): Promise<void>;
  /** The prompt, with what is asked besides. */
  ask(prompt: string): string;
  /** What an agent is told whose outputs were refused. One that does not go on with its session is told what it was asked, too. */
  askAgain(violations: readonly string[], forgotten?: string): string;
  /** Reads and checks what was left. No secret is in the answer. */
  read(): Promise<OutputReading>;
}

/**
 * What the Task declares: `TASKWRIGHT_OUTPUT_SCHEMA_FILE` has the JSON Schema, and the agent writes to `TASKWRIGHT_OUTPUT_FILE`. Nothing where neither is set.
 *
 * **Errors:** `StepError` for a schema that cannot be read or used.
 */
export async function declaredOutputs(env: Env, redact: Redact): Promise<DeclaredOutputs | undefined> {
  const { TASKWRIGHT_OUTPUT_SCHEMA_FILE: schemaFile, TASKWRIGHT_OUTPUT_FILE: path } = env;
  if (!schemaFile) return undefined;
  if (!path) throw new StepError('TASKWRIGHT_OUTPUT_FILE: is not set, though there is a schema of outputs; set both or none', 2);
  const schema = await readSchema(schemaFile);
  // Most Tasks declare nothing, and need no library for it.
  const { outputValidator } = await import('./output-validator.ts');
  const validate = outputValidator(schema, redact);
  const asked = `It has to be one JSON object that is valid for this JSON Schema, at most ${MOST_OUTPUT_FILE_BYTES} bytes, and nothing else:\n\n${JSON.stringify(schema, null, 2)}`;
  return {
    clear: () => rm(path, { force: true, recursive: true }),
    ask: (prompt) => `${prompt}\n\n---\nWhen you have done that, leave your outputs in the file ${path}. Who goes on from here reads them. ${asked}\n`,
    askAgain: (violations, forgotten) => {
      const wrong = `The file ${path} is not as it was asked for:\n\n${violations.map((line) => `- ${line}`).join('\n')}\n\nCorrect that file and change nothing else.`;
      if (forgotten === undefined) return `${wrong} ${asked}\n`;
      return `An agent before you has done the task below in this directory. Do not do it again. ${wrong} This was the task:\n\n${forgotten}`;
    },
    read: async () => {
      const reading = await readOutputFile(path);
      if ('problem' in reading) return { violations: [`the file ${reading.problem}`] };
      const violations = validate(reading.value);
      if (violations.length > 0) return { violations };
      return { results: withoutSecrets(reading.value, redact) as Readonly<Record<string, unknown>> };
    },
  };
}

async function readSchema(path: string): Promise<object> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new StepError(`TASKWRIGHT_OUTPUT_SCHEMA_FILE: cannot be read, ${oneLine(error.message)}`, 2);
  });
  const schema = objectIn(text);
  if (schema === undefined) throw new StepError('TASKWRIGHT_OUTPUT_SCHEMA_FILE: not a JSON object; it must be the schema that the operator writes', 2);
  return schema;
}

/** Every text in a value, names of fields included, as many may read it. */
function withoutSecrets(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), withoutSecrets(item, redact)]));
}
