import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StepError, oneLine } from './step-error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Merges settings into an agent's own JSON file, object by object; everything else in the file stays. Values may be secrets: the file is its user's alone.
 *
 * **Errors:** `StepError` for a file that holds something else than a JSON object, and one that cannot be written. Neither repeats what is in it.
 */
export async function mergeIntoFile(path: string, settings: JsonObject): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  const present = objectIn(text);
  if (present === undefined) throw new StepError(`${path}: not a JSON object; correct it in the image, or leave it out`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify(merged(present, settings), null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new StepError(`${path}: cannot be written, ${oneLine((error as Error).message)}`);
  }
}

/** The object that a text is in JSON; undefined for any other text. */
export function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function merged(present: JsonObject, added: JsonObject): JsonObject {
  const entries = Object.entries(added).map(([key, value]) => {
    const before = present[key];
    if (!isObject(before) || !isObject(value)) return [key, value];
    // A server is replaced whole: half of one and half of another would be a third.
    return [key, key === 'mcpServers' ? { ...before, ...value } : merged(before, value)];
  });
  return { ...present, ...Object.fromEntries(entries) };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
