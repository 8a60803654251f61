import { readFile, writeFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Clock } from '../kube/clock.ts';
import type { AgentInput } from './adapter.ts';
import { adapterFor } from './agent-registry.ts';
import { captureOutputs } from './capture.ts';
import { runCommand } from './command.ts';
import { pricesFor } from './cost.ts';
import { layoutOf, type Env, type Layout } from './layout.ts';
import { declaredOutputs } from './outputs/declared-outputs.ts';
import { summaryOf, work } from './outputs/work.ts';
import { redactionFor, type Redact } from './redaction.ts';
import { OUTPUT_INVALID_EXIT_CODE, markedResult, terminationResult, wholeResult, type RunResult } from './result.ts';
import { runSetupCommand } from './setup-command.ts';
import { spendLimitsIn } from './spend-limit.ts';
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

/**
 * Configures the agent, runs the setup command and then the agent, and captures what came of it: to the termination message, the
 * result file, and between markers to standard output. The capture happens however the run ends, short of SIGKILL.
 */
export async function run(options: RunOptions): Promise<RunEnd> {
  return await reported(options, runAgent);
}

/**
 * What `run` does when its agent has ended, for the entry point of another image, which runs its agent itself: captures what git says of the working
 * directory, and checks the outputs that the Task declares.
 */
export async function capture(options: RunOptions): Promise<RunEnd> {
  return await reported(options, async ({ env, cwd, clock }, _, redact) => {
    const declared = await declaredOutputs(env, redact);
    const left = await declared?.read();
    const outputs = await captureOutputs(undefined, { cwd, env, clock });
    return left && 'violations' in left ? refused(outputs, left.violations) : { outputs, ...left, exitCode: 0 };
  });
}

async function reported(options: RunOptions, act: (options: RunOptions, layout: Layout, redact: Redact) => Promise<RunEnd>): Promise<RunEnd> {
  const layout = layoutOf(options.env);
  const redact = redactionFor(options.env);
  const end = await act(options, layout, redact).catch(async (error: Error): Promise<RunEnd> => {
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
  spendLimitsIn(env); // What is wrong with them is said before anything is run.
  const warn = (line: string) => options.stderr.write(`${line}\n`);
  const setupOnly = env.KELOS_SESSION_SETUP_ONLY === '1';
  const prompt = setupOnly ? '' : await promptOf(options);
  const declared = setupOnly ? undefined : await declaredOutputs(env, redact);
  const input: AgentInput = { env, cwd, prompt: declared?.ask(prompt) ?? prompt, isRoot, warn, redact, pluginDir: layout.pluginDir };

  await adapter.configure(input);
  await runSetupCommand({ ...options, redact, warn });
  if (setupOnly) return { outputs: [], exitCode: 0 };
  await ensureIdentity(options);

  const startedAt = clock.elapsed();
  const { run: { outcome, exitCode, isStopped, failure, isAtLimit }, left, uncorrected } = await work(input, declared, { ...options, adapter, prices, redact, eventsFile: layout.eventsFile });
  const outputs = await captureOutputs(outcome, { cwd, env, clock, ...(isStopped && { timeoutMs: STOPPED_CAPTURE_MS }) });
  if (isStopped) {
    const seconds = Math.round((clock.elapsed() - startedAt) / 1000);
    // What it was held up by, if it says so.
    const reason = outcome.failure === undefined ? '' : `: ${outcome.failure}`;
    return { outputs, error: redact(`the agent was stopped after ${seconds} s${reason}`), exitCode: exitCode === 0 ? 143 : exitCode };
  }
  if (left && 'violations' in left) return refused(outputs, left.violations, uncorrected === undefined ? '' : `; it could not correct them: ${uncorrected}`);
  if (failure !== undefined) return { outputs, error: failure, ...(isAtLimit && { reason: 'Limit' as const }), exitCode: exitCode || 1 };
  return { outputs, ...left, exitCode: 0 };
}

function refused(outputs: readonly string[], violations: readonly string[], why = ''): RunEnd {
  return { outputs, error: `its outputs are not as declared: ${summaryOf(violations)}${why}`, exitCode: OUTPUT_INVALID_EXIT_CODE };
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

async function report({ exitCode: _, ...result }: RunEnd, layout: Layout, { stdout, stderr }: RunOptions): Promise<void> {
  await writeTerminationMessage(layout.terminationFile, terminationResult(result));
  if (result.error !== undefined) stderr.write(`${result.error}\n`);
  stdout.write(markedResult(result));
  // Without a workspace there is no volume to keep it in.
  await writeFile(layout.resultFile, wholeResult(result)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') stderr.write(`the result file cannot be written: ${oneLine(error.message)}\n`);
  });
}
