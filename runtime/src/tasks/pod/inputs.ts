import type { Preparation } from '../../workspaces/preparation.ts';
import { JobBuildError } from '../job-build-error.ts';
import { INPUTS_DIR } from './paths.ts';

/** The kernel refuses a single argument or variable of 128 KiB; these leave room for what a shell adds. */
const PROMPT_ARGUMENT_LIMIT_BYTES = 96 * 1024;
const PREPARATION_VARIABLE_LIMIT_BYTES = 64 * 1024;
const VARIABLE_LIMIT_BYTES = 128 * 1024 - 1024;
/** A ConfigMap may hold 1 MiB. */
const INPUTS_LIMIT_BYTES = 1000 * 1024;

/** The prompt and the preparation: in the Pod itself if they are small, else as files of a ConfigMap. */
export interface Inputs {
  readonly prompt: { readonly argument: string; readonly file?: string };
  readonly preparation: { readonly json: string } | { readonly file: string };
  /** The ConfigMap's data; empty when everything is small. */
  readonly files: Readonly<Record<string, string>>;
}

export function inputsOf(prompt: string, preparation: Preparation): Inputs {
  const files: Record<string, string> = {};
  const json = JSON.stringify(preparation);
  const promptInFile = Buffer.byteLength(prompt) > PROMPT_ARGUMENT_LIMIT_BYTES;
  const preparationInFile = Buffer.byteLength(json) > PREPARATION_VARIABLE_LIMIT_BYTES;
  if (promptInFile) files['prompt'] = prompt;
  if (preparationInFile) files['workspace.json'] = json;

  const bytes = Object.values(files).reduce((total, content) => total + Buffer.byteLength(content), 0);
  if (bytes > INPUTS_LIMIT_BYTES) {
    throw new JobBuildError(`prompt and workspace files total ${bytes} bytes, exceeding the ${INPUTS_LIMIT_BYTES} byte ConfigMap budget; move large content into the repository`);
  }
  return {
    prompt: promptInFile ? { argument: '', file: `${INPUTS_DIR}/prompt` } : { argument: prompt },
    preparation: preparationInFile ? { file: `${INPUTS_DIR}/workspace.json` } : { json },
    files,
  };
}

/** Throws for a text that no process could be started with as a variable. */
export function checkVariableSize(what: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= VARIABLE_LIMIT_BYTES) return text;
  throw new JobBuildError(`${what} is ${bytes} bytes, exceeding the ${VARIABLE_LIMIT_BYTES} bytes an environment variable can carry; shorten it`);
}
