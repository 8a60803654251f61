import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Clock } from '../../kube/clock.ts';
import type { ContainerLog } from './container-log.ts';
import { type Isolation, type Launch, StartError } from './isolation.ts';
import { memoryKills, signalGroup } from './process-group.ts';

/** A container that runs, whatever it runs as. */
export interface RunningContainer {
  /** The process by which it is found again; a simulated container has none. */
  readonly pid?: number;
  /** Resolves once, when it has ended and everything it printed is in its log. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Asks it to end. */
  terminate(): void;
  /** Ends it. */
  kill(): void;
}

export interface Exit {
  readonly exitCode: number;
  /** Why, when the exit code does not say it. */
  readonly reason?: 'OOMKilled';
  /** What a simulated container says in place of its termination message file. */
  readonly terminationMessage?: string;
}

/** How long what a dead container left in its pipes may still take to arrive. */
const DRAIN_MS = 2_000;

const SIGNAL_EXIT = 128;

/**
 * Starts a container as a process group of its own. When its first process ends the others are killed, as in a container.
 *
 * Errors: `StartError` when the program cannot be started.
 */
export async function startProcess(launch: Launch, isolation: Isolation, log: ContainerLog, clock: Clock): Promise<RunningContainer> {
  const memoryKillsBefore = memoryKills();
  const child = spawn(launch.file, launch.args, { cwd: launch.cwd, env: launch.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk: Buffer) => log.write('stdout', chunk));
  child.stderr.on('data', (chunk: Buffer) => log.write('stderr', chunk));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await started(child, launch);

  const pid = child.pid!;
  let isRunning = true;
  let killedByUs = false;
  const exited = ended.then(async ({ code, signal }): Promise<Exit> => {
    isRunning = false;
    signalGroup(pid, 'SIGKILL');
    await drained(child, closed, clock);
    log.end();
    const exitCode = code ?? SIGNAL_EXIT + constants.signals[signal!];
    const forWantOfMemory = exitCode === SIGNAL_EXIT + constants.signals.SIGKILL && !killedByUs && memoryKills() > memoryKillsBefore;
    return { exitCode, ...(forWantOfMemory && { reason: 'OOMKilled' }) };
  });
  return {
    pid,
    exited,
    terminate: () => isRunning && isolation.terminate(pid),
    kill: () => {
      if (!isRunning) return;
      killedByUs = true;
      isolation.kill(pid);
    },
  };
}

function started(child: ChildProcess, { file }: Launch): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', ({ message }) => reject(new StartError(`exec: "${file}": ${message}`)));
  });
}

/** A process that left the group may hold the pipes open for ever. */
async function drained(child: ChildProcess, closed: Promise<void>, clock: Clock): Promise<void> {
  const timeout = clock.after(DRAIN_MS, () => {
    child.stdout!.destroy();
    child.stderr!.destroy();
  });
  await closed;
  timeout.cancel();
}
