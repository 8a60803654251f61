import { spawn, type ChildProcess } from 'node:child_process';
import { type Clock, sleep } from '../kube/clock.ts';
import type { AgentCommand } from './adapter.ts';
import { type AgentOutputOptions, readAgentOutput } from './agent-output.ts';
import { exitCodeOf } from './command.ts';
import type { Env } from './layout.ts';

export interface AgentProcessOptions extends Omit<AgentOutputOptions, 'onOutput' | 'onTooMuch' | 'onHopeless' | 'onEvents'> {
  readonly command: AgentCommand;
  readonly cwd: string;
  readonly env: Env;
  readonly clock: Clock;
  /** Ends the agent: politely, and ten seconds later for certain. */
  readonly signal?: AbortSignal;
  /** Asked whenever the agent has told something, and every second: whether it is to be ended. Left out: it is not. */
  readonly isOver?: () => Promise<boolean>;
}

export interface AgentExit {
  /** As a shell counts. */
  readonly code: number;
  readonly signal?: NodeJS.Signals;
  /** The last line that it wrote to standard error, or to standard output outside its event format. */
  readonly lastLine: string;
  /** It was ended because it printed more than an agent may. */
  readonly printedTooMuch: boolean;
}

/** An agent that is silent for so long works on something large, or waits for its model; whoever reads the log cannot tell it from one that hangs. */
const SILENCE_MS = 10 * 60_000;
/** Of a grace period of 30 s, this leaves time for the capture. */
const STOP_GRACE_MS = 10_000;
/** What an agent writes to a file is seen this late. */
const LOOK_MS = 1_000;
/** How long output is awaited once the agent has ended: something it left behind may hold the pipe open. */
const DRAIN_MS = 5_000;

/** Runs the agent to its end, which comes early when it is told to stop or prints too much. */
export async function runAgentProcess({ command, cwd, env, clock, signal, isOver, ...output }: AgentProcessOptions): Promise<AgentExit> {
  // In our own process group: whoever kills the group of this program kills the agent too.
  const child = spawn(command.file, command.args, { cwd, env: { ...env, ...command.env } as NodeJS.ProcessEnv, stdio: 'pipe' });
  const exited = exitOf(child);
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(command.input);

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    child.kill('SIGTERM');
    const timer = clock.after(STOP_GRACE_MS, () => child.kill('SIGKILL'));
    void exited.then(() => timer.cancel());
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();

  let printedTooMuch = false;
  const onTooMuch = () => {
    printedTooMuch = true;
    stop();
  };
  const stopIfOver = isOver && (async () => {
    if (await isOver()) stop();
  });
  const hasEnded = new AbortController();
  const looking = stopIfOver && lookOften(stopIfOver, clock, hasEnded.signal);
  const silence = noteSilence(clock, (minutes) => output.stderr.write(`! the agent has printed nothing for ${minutes} minutes\n`));
  const read = readAgentOutput(child, { ...output, onOutput: silence.broken, onTooMuch, onHopeless: stop, onEvents: stopIfOver });
  const { code, signal: endedBy, problem } = await exited;
  hasEnded.abort();
  await looking;
  signal?.removeEventListener('abort', stop);
  silence.end();
  const drained = clock.after(DRAIN_MS, () => {
    child.stdout.destroy();
    child.stderr.destroy();
  });
  const lastLine = await read;
  drained.cancel();
  return { code, ...(endedBy && { signal: endedBy }), lastLine: problem ?? lastLine, printedTooMuch };
}

async function lookOften(look: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await look();
    await sleep(clock, LOOK_MS, signal).catch(() => {});
  }
}

function exitOf(child: ChildProcess): Promise<{ code: number; signal?: NodeJS.Signals; problem?: string }> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, problem: error.message }));
    child.once('exit', (code, signal) => resolve({ code: exitCodeOf(code, signal), ...(signal && { signal }) }));
  });
}

/** Notes whenever there was silence for another ten minutes. */
function noteSilence(clock: Clock, note: (minutes: number) => void): { readonly broken: () => void; readonly end: () => void } {
  let heardAt = clock.elapsed();
  let timer = clock.after(SILENCE_MS, look);
  function look(): void {
    const silentMs = clock.elapsed() - heardAt;
    if (silentMs >= SILENCE_MS) note(Math.floor(silentMs / 60_000));
    timer = clock.after(SILENCE_MS - (silentMs % SILENCE_MS), look);
  }
  return { broken: () => (heardAt = clock.elapsed()), end: () => timer.cancel() };
}
