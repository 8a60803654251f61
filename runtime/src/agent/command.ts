import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Clock } from '../kube/clock.ts';
import type { Env } from './layout.ts';

export interface CommandOptions {
  readonly env: Env;
  readonly clock: Clock;
  readonly cwd?: string;
  /** Written to its standard input. Left out: it reads nothing. */
  readonly input?: string;
  /** After this long its whole process group is killed. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** As a shell counts: 127 when it cannot be started, 128 + n when signal n ended it, 124 when its time was up. */
  readonly code: number;
  /** The first 1 MiB. */
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
}

const STDOUT_LIMIT_BYTES = 1024 * 1024;
const STDERR_LIMIT_BYTES = 64 * 1024;

/** Runs a short-lived command to its end, in bounded time and memory. It never throws for what the command does. */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    // A group of its own, so that what it started ends with it.
    const child = spawn(file, args, { cwd: options.cwd, env: options.env as NodeJS.ProcessEnv, detached: true, stdio: 'pipe' });
    const stdout: Buffer[] = [];
    let stdoutBytes = 0;
    let stderr = Buffer.alloc(0);
    let timedOut = false;

    const stop = () => killGroup(child.pid);
    const timer = options.clock.after(options.timeoutMs, () => {
      timedOut = true;
      stop();
    });
    options.signal?.addEventListener('abort', stop, { once: true });
    if (options.signal?.aborted) stop();

    child.stdout.on('data', (chunk: Buffer) => {
      const kept = chunk.subarray(0, Math.max(0, STDOUT_LIMIT_BYTES - stdoutBytes));
      stdoutBytes += kept.length;
      if (kept.length > 0) stdout.push(kept);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-STDERR_LIMIT_BYTES);
    });
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdin.end(options.input ?? '');

    const finish = (code: number, problem?: string) => {
      timer.cancel();
      options.signal?.removeEventListener('abort', stop);
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: problem ?? stderr.toString() });
    };
    child.once('error', (error) => finish(127, error.message));
    child.once('close', (code, signal) => {
      if (timedOut) finish(124, `${stderr}\n${file} was stopped after ${options.timeoutMs / 1000} s`.trim());
      else finish(exitCodeOf(code, signal));
    });
  });
}

/** The exit code a shell would report. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? (signal === null ? 1 : 128 + constants.signals[signal]);
}

/** Signals a process group that may have ended already. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error; // macOS says EPERM of a group that is about to go
  }
}
