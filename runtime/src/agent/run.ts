import { readFile, writeFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { type Clock, sleep } from '../kube/clock.ts';
import type { AgentInput, AgentOutcome } from './adapter.ts';
import { adapterFor } from './agent-registry.ts';
import { MOST_OUTPUT_BYTES } from './agent-output.ts';
import { runAgentProcess, type AgentExit } from './agent-process.ts';
import { captureOutputs } from './capture.ts';
import { runCommand } from './command.ts';
import { pricesFor, withCost } from './cost.ts';
import { layoutOf, type Env, type Layout } from './layout.ts';
import { redactionFor, type Redact } from './redaction.ts';
import { markedResult, terminationResult, wholeResult, type RunResult } from './result.ts';
import { runSetupCommand } from './setup-command.ts';
import { SpendGuard, spendLimitsIn } from './spend-limit.ts';
import { StepError, oneLine } from './step-error.ts';
import { writeTerminationMessage } from './termination-message.ts';

export interface RunOptions {
  readonly env: Env;
  readonly cwd: string;
  readonly clock: Clock;
  /** The prompt as an argument; `TASKWRIGHT_PROMPT_FILE` comes before it. */
  readonly prompt?: string;
  readonly isRoot: boolean;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Stops the agent. What it did until then is captured. */
  readonly signal?: AbortSignal;
}

export interface RunEnd extends RunResult {
  /** The agent's own where it is not 0, else 1 for a run that is not complete. */
  readonly exitCode: number;
}

/** When the grace period runs, the whole capture has to fit into what the agent left of it. */
const STOPPED_CAPTURE_MS = 3_000;
const IDENTITY_MS = 30_000;
/** How much later than the agent this program may hear of a signal to both; on an idle machine it is microseconds. */
const OWN_SIGNAL_MS = 500;
/** How an agent exits that SIGHUP, SIGINT or SIGTERM ended, itself or in the shell that it is started by. */
const STOP_CODES: ReadonlySet<number> = new Set([129, 130, 143]);

/**
 * Configures the agent, runs the setup command and then the agent, and captures what came of it: to the termination message, the
 * result file, and between markers to standard output. The capture happens however the run ends, short of SIGKILL.
 */
export async function run(options: RunOptions): Promise<RunEnd> {
  const layout = layoutOf(options.env);
  const redact = redactionFor(options.env);
  const end = await runAgent(options, layout, redact).catch(async (error: Error): Promise<RunEnd> => {
    const known = error instanceof StepError;
    if (!known) options.stderr.write(`${redact(error.stack ?? '')}\n`);
    return {
      outputs: await captureOutputs(undefined, options),
      error: redact(known ? error.message : `the agent program failed: ${oneLine(error.message)}`),
      exitCode: known ? error.exitCode : 1,
    };
  });
  // A branch or the URL of a pull request is named by the agent.
  const clean = { ...end, outputs: end.outputs.map(redact) };
  await report(clean, layout, options);
  return clean;
}

async function runAgent(options: RunOptions, layout: Layout, redact: Redact): Promise<RunEnd> {
  const { env, cwd, clock, isRoot } = options;
  const adapter = await adapterFor(env.KELOS_AGENT_TYPE);
  const prices = await pricesFor(env);
  const limits = spendLimitsIn(env);
  const warn = (line: string) => options.stderr.write(`${line}\n`);
  const setupOnly = env.KELOS_SESSION_SETUP_ONLY === '1';
  const prompt = setupOnly ? '' : await promptOf(options);
  const input: AgentInput = { env, cwd, prompt, isRoot, warn, redact, pluginDir: layout.pluginDir };

  await adapter.configure(input);
  await runSetupCommand({ ...options, redact, warn });
  if (setupOnly) return { outputs: [], exitCode: 0 };
  await ensureIdentity(options);

  const reader = adapter.reader(input);
  const guard = limits && new SpendGuard({ limits, reader, prices, title: adapter.title, warn });
  const startedAt = clock.elapsed();
  const exit = await runAgentProcess({ ...options, redact, command: await adapter.command(input), reader, eventsFile: layout.eventsFile, isOver: guard && (() => guard.isOver()) });
  const stopped = await wasStopped(exit, options);
  const { outcome, unknown } = withCost(withoutSecrets(await reader.outcome(), redact), prices);
  if (unknown !== undefined) warn(`! what the run cost is not known: ${unknown}`);
  const outputs = await captureOutputs(outcome, { cwd, env, clock, ...(stopped && { timeoutMs: STOPPED_CAPTURE_MS }) });
  if (stopped) {
    const seconds = Math.round((clock.elapsed() - startedAt) / 1000);
    // What it was held up by, if it says so.
    const reason = outcome.failure === undefined ? '' : `: ${outcome.failure}`;
    return { outputs, error: redact(`the agent was stopped after ${seconds} s${reason}`), exitCode: exit.code === 0 ? 143 : exit.code };
  }
  const atLimit = guard?.verdict ?? (outcome.endedAtLimit && outcome.failure);
  // With its last step it may have done all that it was asked for.
  const isDone = exit.code === 0 && outcome.ended && outcome.failure === undefined;
  if (atLimit !== undefined && !isDone) return { outputs, error: redact(`${adapter.type} was stopped at the limit of what it may spend: ${atLimit}`), reason: 'Limit', exitCode: exit.code || 1 };
  const error = failureOf(adapter.type, exit, outcome);
  if (error === undefined) return { outputs, exitCode: 0 };
  return { outputs, error: redact(error), exitCode: exit.code === 0 ? 1 : exit.code };
}

/**
 * Whether the agent ended because this program was told to stop. Who signals the whole process group reaches both, and it is not
 * said whom first: an agent that a stop signal ended is judged only after this program had the time to hear it too.
 */
async function wasStopped({ code }: AgentExit, { signal, clock }: RunOptions): Promise<boolean> {
  if (signal !== undefined && STOP_CODES.has(code)) await sleep(clock, OWN_SIGNAL_MS, signal).catch(() => {});
  return signal?.aborted ?? false;
}

/** The response becomes part of the Task's status, which many may read. */
function withoutSecrets(outcome: AgentOutcome, redact: Redact): AgentOutcome {
  return outcome.response === undefined ? outcome : { ...outcome, response: redact(outcome.response) };
}

async function promptOf({ env, prompt }: RunOptions): Promise<string> {
  if (env.TASKWRIGHT_PROMPT_FILE) {
    return await readFile(env.TASKWRIGHT_PROMPT_FILE, 'utf8').catch((error: Error) => {
      throw new StepError(`TASKWRIGHT_PROMPT_FILE: cannot be read, ${oneLine(error.message)}`, 2);
    });
  }
  if (!prompt) throw new StepError('the prompt is missing; pass it as the argument, or name its file in TASKWRIGHT_PROMPT_FILE', 2);
  return prompt;
}

/** An agent commits, and git refuses to without a name. What the image, the repository or the setup command set comes first. */
async function ensureIdentity({ env, cwd, clock }: RunOptions): Promise<void> {
  const git = (...args: string[]) => runCommand('git', args, { cwd, env, clock, timeoutMs: IDENTITY_MS });
  for (const [key, value] of [['user.name', 'Taskwright'], ['user.email', 'agent@taskwright.dev']] as const) {
    // Outside a repository the second one fails, and there is nothing to commit to.
    if ((await git('config', '--get', key)).code !== 0) await git('config', '--local', key, value);
  }
}

function failureOf(type: string, { code, signal, lastLine, printedTooMuch }: AgentExit, outcome: AgentOutcome): string | undefined {
  if (printedTooMuch) return `${type} was stopped because it printed ${MOST_OUTPUT_BYTES / 1_000_000} MB, which is the most that an agent may print in a run`;
  if (outcome.failure !== undefined) return outcome.failure;
  const said = lastLine === '' ? '' : `: ${oneLine(lastLine)}`;
  if (signal === 'SIGKILL') return `${type} was killed (SIGKILL), most likely for want of memory`;
  if (signal !== undefined) return `${type} was ended by ${signal}`;
  if (code !== 0) return `${type} exited with code ${code}${said}`;
  return outcome.ended ? undefined : `the agent ended without a result${said}`;
}

async function report({ exitCode: _, ...result }: RunEnd, layout: Layout, { stdout, stderr }: RunOptions): Promise<void> {
  await writeTerminationMessage(layout.terminationFile, terminationResult(result));
  if (result.error !== undefined) stderr.write(`${result.error}\n`);
  stdout.write(markedResult(result));
  // Without a workspace there is no volume to keep it in.
  await writeFile(layout.resultFile, wholeResult(result)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') stderr.write(`the result file cannot be written: ${oneLine(error.message)}\n`);
  });
}
