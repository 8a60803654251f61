import type { Writable } from 'node:stream';
import { type Clock, sleep } from '../kube/clock.ts';
import type { AgentAdapter, AgentInput, AgentOutcome } from './adapter.ts';
import { MOST_OUTPUT_BYTES } from './agent-output.ts';
import { runAgentProcess, type AgentExit } from './agent-process.ts';
import { type Prices, withCost } from './cost.ts';
import type { Redact } from './redaction.ts';
import { SpendGuard, spendLimitsIn } from './spend-limit.ts';
import { oneLine } from './step-error.ts';

export interface AgentRunOptions {
  readonly adapter: AgentAdapter;
  readonly prices: Prices;
  readonly clock: Clock;
  readonly redact: Redact;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly eventsFile: string;
  /** Stops the agent. */
  readonly signal?: AbortSignal;
}

/** What one run of an agent came to, or several that did one Task. */
export interface AgentRun {
  /** With its cost, and without secrets: the response becomes part of the Task's status, which many may read. */
  readonly outcome: AgentOutcome;
  readonly exitCode: number;
  /** It did not end by itself: this program was told to stop. */
  readonly isStopped: boolean;
  /** Why it is not complete. */
  readonly failure?: string;
  /** That is because it had spent what it may. */
  readonly isAtLimit?: true;
  /** The one that another run may go on with. */
  readonly session?: string;
}

/** How much later than the agent this program may hear of a signal to both; on an idle machine it is microseconds. */
const OWN_SIGNAL_MS = 500;
/** How an agent exits that SIGHUP, SIGINT or SIGTERM ended, itself or in the shell that it is started by. */
const STOP_CODES: ReadonlySet<number> = new Set([129, 130, 143]);

/** Runs the agent to its end. With a session in the input, as what goes on after an earlier run. */
export async function runAgentOnce(input: AgentInput, options: AgentRunOptions & { readonly isContinued?: boolean }): Promise<AgentRun> {
  const { adapter, prices, redact, clock } = options;
  const { env, cwd, warn } = input;
  const reader = await adapter.reader(input);
  const limits = spendLimitsIn(env);
  const guard = limits && new SpendGuard({ limits, reader, prices, clock, title: adapter.title, warn });
  const exit = await runAgentProcess({ ...options, env, cwd, command: await adapter.command(input), reader, isOver: guard && (() => guard.isOver()) });
  const isStopped = await wasStopped(exit, options);
  const { outcome, unknown } = withCost(withoutSecrets(await reader.outcome(), redact), prices);
  if (unknown !== undefined) warn(`! what the run cost is not known: ${unknown}`);
  const atLimit = guard?.verdict ?? (outcome.endedAtLimit && outcome.failure);
  // With its last step it may have done all that it was asked for.
  const isDone = exit.code === 0 && outcome.ended && outcome.failure === undefined;
  const isAtLimit = atLimit !== undefined && !isDone;
  const failure = isAtLimit ? `${adapter.type} was stopped at the limit of what it may spend: ${atLimit}` : failureOf(adapter.type, exit, outcome);
  return { outcome, exitCode: exit.code, isStopped, ...(failure !== undefined && { failure: redact(failure) }), ...(isAtLimit && { isAtLimit }), session: reader.session() };
}

/** Two runs as one: it ended as the later one did, the answer is that of the first, and both are paid for. */
export function together({ outcome: first }: AgentRun, later: AgentRun): AgentRun {
  const { response, usage: _, ...ended } = later.outcome;
  const cost = sum(first.costUsd, ended.costUsd);
  return {
    ...later,
    outcome: {
      ...ended,
      ...numbers({ costUsd: cost && String(Number(Number(cost).toPrecision(12))), inputTokens: sum(first.inputTokens, ended.inputTokens), outputTokens: sum(first.outputTokens, ended.outputTokens) }),
      ...((first.response ?? response) && { response: first.response ?? response }),
    },
  };
}

/** What one of the two did not tell is left out: that the other was paid for is certain. */
function sum(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined || other === undefined ? one ?? other : String(Number(one) + Number(other));
}

function numbers(outcome: Pick<AgentOutcome, 'costUsd' | 'inputTokens' | 'outputTokens'>): Partial<AgentOutcome> {
  return Object.fromEntries(Object.entries(outcome).filter(([, value]) => value !== undefined));
}

/**
 * Whether the agent ended because this program was told to stop. Who signals the whole process group reaches both, and it is not
 * said whom first: an agent that a stop signal ended is judged only after this program had the time to hear it too.
 */
async function wasStopped({ code }: AgentExit, { signal, clock }: AgentRunOptions): Promise<boolean> {
  if (signal !== undefined && STOP_CODES.has(code)) await sleep(clock, OWN_SIGNAL_MS, signal).catch(() => {});
  return signal?.aborted ?? false;
}

function withoutSecrets(outcome: AgentOutcome, redact: Redact): AgentOutcome {
  return outcome.response === undefined ? outcome : { ...outcome, response: redact(outcome.response) };
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
