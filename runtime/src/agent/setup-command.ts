import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { type Readable, Transform, type Writable } from 'node:stream';
import { z } from 'zod';
import { type Clock, sleep } from '../kube/clock.ts';
import { exitCodeOf } from './command.ts';
import type { Env } from './layout.ts';
import { type Line, LineSplitter } from './line-splitter.ts';
import type { Redact } from './redaction.ts';
import { StepError, oneLine } from './step-error.ts';

export interface SetupOptions {
  readonly cwd: string;
  readonly env: Env;
  readonly clock: Clock;
  readonly redact: Redact;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Where the markers go. */
  readonly warn: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** How long output is awaited once the command has ended: a server that it left running holds the pipes open, and goes on to write to the log. */
const DRAIN_MS = 5_000;

const command = z.tuple([z.string().min(1)], z.string());

/**
 * Runs the Workspace's setup command, without a shell, right before the agent; its output is the container's, without secrets.
 *
 * **Errors:** `StepError` with the command's exit code: 127 when it cannot be started, 1 when a signal ended it, 2 for a malformed one.
 */
export async function runSetupCommand({ cwd, env, clock, redact, stdout, stderr, warn, signal }: SetupOptions): Promise<void> {
  if (!env.KELOS_SETUP_COMMAND) return;
  const [file, ...args] = parse(env.KELOS_SETUP_COMMAND);
  warn('\n---KELOS_SETUP_COMMAND_START---');
  const problem = await new Promise<StepError | undefined>((end) => {
    const child = spawn(file, args, { cwd, env: env as NodeJS.ProcessEnv, stdio: ['inherit', 'pipe', 'pipe'], signal });
    const printed = Promise.all([passOn(child.stdout, stdout, redact), passOn(child.stderr, stderr, redact)]);
    const resolve = (found: StepError | undefined) => {
      const late = new AbortController();
      void Promise.race([printed, sleep(clock, DRAIN_MS, late.signal).catch(() => {})]).then(() => {
        late.abort();
        end(found);
      });
    };
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

/** Line by line, since a secret may come in two writes. Ends when the last that holds the pipe has closed it. */
function passOn(from: Readable, to: Writable, redact: Redact): Promise<void> {
  const splitter = new LineSplitter();
  const clean = (lines: Iterable<Line>) => [...lines].map(({ text }) => `${redact(text)}\n`).join('');
  const lines = new Transform({
    transform: (chunk: Buffer, _, done) => done(null, clean(splitter.push(chunk))),
    flush: (done) => done(null, clean(splitter.end())),
  });
  // What holds it open does not keep this program from ending.
  (from as Socket).unref();
  from.pipe(lines).pipe(to, { end: false });
  return new Promise((resolve) => lines.once('end', resolve));
}

function parse(text: string): [string, ...string[]] {
  try {
    return command.parse(JSON.parse(text));
  } catch {
    throw new StepError('KELOS_SETUP_COMMAND must be a non-empty JSON array of strings', 2);
  }
}
