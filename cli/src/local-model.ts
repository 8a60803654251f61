import { pathToFileURL } from 'node:url';
import { type Script, startScriptedModel } from '@taskwright/runtime/testing';
import { CommandError } from './io.ts';

/** Who answers the agents' models on this machine. */
export interface LocalModel {
  readonly says: string;
  readonly scripted: boolean;
  /** For the environment of the agents. */
  readonly env: Readonly<Record<string, string>>;
  /** The value for a Secret key, or undefined: nobody here has one. */
  readonly keyFor: (name: string) => string | undefined;
  close(): Promise<void>;
}

/** Where agents read the address of their model, and the path of its API below that of the script. */
const ENDPOINTS = { ANTHROPIC_BASE_URL: '', OPENAI_BASE_URL: '/v1', GOOGLE_GEMINI_BASE_URL: '' } as const;

/** Never leaves the machine: the scripted endpoint takes any key. */
const KEY_OF_THE_SCRIPT = 'scripted-model';

/**
 * The real model where the environment has every key that the program's agents read, else the script that the program brings.
 *
 * With neither, Tasks wait for their Secret and say so.
 */
export async function chooseModel(scriptFile: string | undefined, keys: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<LocalModel> {
  const missing = [...new Set(keys)].filter((key) => !env[key]);
  if (missing.length === 0 || scriptFile === undefined) {
    return {
      says: withoutScript(keys, missing),
      scripted: false,
      // A proxy that the user's own agents talk to is that of the program's too.
      env: Object.fromEntries(Object.keys(ENDPOINTS).flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
      keyFor: (name) => env[name],
      close: async () => {},
    };
  }
  const server = await startScriptedModel({ script: await loadScript(scriptFile) });
  return {
    says: `a script, because ${missing.join(' and ')} is not set`,
    scripted: true,
    // The words are the user's own, so an agent may run as root where there is no bubblewrap. Those of a real model may not.
    env: { ...Object.fromEntries(Object.entries(ENDPOINTS).map(([name, path]) => [name, server.url + path])), TASKWRIGHT_ISOLATED: '1' },
    keyFor: () => KEY_OF_THE_SCRIPT,
    close: () => server.close(),
  };
}

function withoutScript(keys: readonly string[], missing: readonly string[]): string {
  if (keys.length === 0) return 'no agent asks for one';
  if (missing.length > 0) return `none: set ${missing.join(' and ')}, or name a script in taskwright.dev.yaml`;
  return 'the real one, with the key from your environment';
}

async function loadScript(file: string): Promise<Script> {
  const module: { script?: unknown } = await import(pathToFileURL(file).href);
  if (typeof module.script !== 'function' && !Array.isArray(module.script)) {
    throw new CommandError(`model: ${file} exports no "script"; export const script: Script = [...], see examples/first-task/model.ts`);
  }
  return module.script as Script;
}
