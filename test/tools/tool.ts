import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A file of `tools/`, which is plain JavaScript: it runs before anything is installed. */
export async function tool<T>(path: string): Promise<T> {
  return await import(pathToFileURL(join(import.meta.dirname, '../../tools', path)).href) as T;
}

type ErrorClass = new (message: string) => Error;
/** Why something was not set up: the machine's fault, or ours. */
export const { BuildError, SetupError, whyNotHere } = await tool<{ SetupError: ErrorClass; BuildError: ErrorClass; whyNotHere(error: Error): string | undefined }>('setup-error.mjs');
