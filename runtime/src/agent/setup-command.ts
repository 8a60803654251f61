import { spawn } from 'node:child_process';
import { z } from 'zod';
import { exitCodeOf } from './command.ts';
import type { Env } from './layout.ts';
import { StepError, oneLine } from './step-error.ts';

export interface SetupOptions {
  readonly cwd: string;
  readonly env: Env;
  /** Where the markers go. */
  readonly warn: (line: string) => void;
  readonly signal?: AbortSignal;
}

const command = z.tuple([z.string().min(1)], z.string());

/**
 * Runs the Workspace's setup command, without a shell, right before the agent; its output is the container's.
 *
 * **Errors:** `StepError` with the command's exit code: 127 when it cannot be started, 1 when a signal ended it, 2 for a malformed one.
 */
export async function runSetupCommand({ cwd, env, warn, signal }: SetupOptions): Promise<void> {
  if (!env.KELOS_SETUP_COMMAND) return;
  const [file, ...args] = parse(env.KELOS_SETUP_COMMAND);
  warn('\n---KELOS_SETUP_COMMAND_START---');
  const problem = await new Promise<StepError | undefined>((resolve) => {
    const child = spawn(file, args, { cwd, env: env as NodeJS.ProcessEnv, stdio: 'inherit', signal });
    child.once('error', (error) => {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const why = isMissing ? `${JSON.stringify(file)} was not found; correct setupCommand of the Workspace, or use an image that has it` : oneLine(error.message);
      if (!signal?.aborted) resolve(new StepError(`setup command failed: ${why}`, 127));
    });
    child.once('exit', (code, killedBy) => {
      if (signal?.aborted) resolve(new StepError('setup command failed: it was stopped', 143));
      else if (killedBy !== null) resolve(new StepError(`setup command failed: ${killedBy} ended it`));
      else if (code !== 0) resolve(new StepError(`setup command failed: ${JSON.stringify(file)} exited with code ${code}`, exitCodeOf(code, null)));
      else resolve(undefined);
    });
  });
  if (problem === undefined) return warn('---KELOS_SETUP_COMMAND_DONE---');
  warn(`---KELOS_SETUP_COMMAND_FAILED--- exit=${problem.exitCode}`);
  throw problem;
}

function parse(text: string): [string, ...string[]] {
  try {
    return command.parse(JSON.parse(text));
  } catch {
    throw new StepError('KELOS_SETUP_COMMAND must be a non-empty JSON array of strings', 2);
  }
}
