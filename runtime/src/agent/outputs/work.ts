import type { AgentInput } from '../adapter.ts';
import { type AgentRun, type AgentRunOptions, runAgentOnce, together } from '../agent-run.ts';
import { withoutSpent } from '../spend-limit.ts';
import { oneLine } from '../step-error.ts';
import type { DeclaredOutputs, OutputReading } from './declared-outputs.ts';

export interface Work {
  readonly run: AgentRun;
  /** What it left of the outputs that are declared. Left out: none are, or it did not end well before it was asked to. */
  readonly left?: OutputReading;
  /** Why the agent did not correct what it left. */
  readonly uncorrected?: string;
}

const LONGEST_SUMMARY = 380;

/**
 * Runs the agent, and once more if what it left is not what was declared: in the same place, in its own session where it can go on with one. The second
 * run is told what is wrong, and decides.
 */
export async function work(input: AgentInput, declared: DeclaredOutputs | undefined, options: AgentRunOptions): Promise<Work> {
  await declared?.clear();
  const first = await runAgentOnce(input, options);
  if (!declared || first.isStopped || first.failure !== undefined) return { run: first };
  const left = await declared.read();
  if ('results' in left) return { run: first, left };

  const env = withoutSpent(input.env, first.outcome);
  if (env === undefined) return { run: first, left, uncorrected: 'it has spent what it may' };
  input.warn(`! its outputs are not as declared, and the agent is asked to correct them: ${summaryOf(left.violations)}`);
  const { session } = first;
  const again = { ...input, env, session, prompt: declared.askAgain(left.violations, session === undefined ? input.prompt : undefined) };
  // Some are given their prompt by a file.
  await options.adapter.configure(again);
  const run = together(first, await runAgentOnce(again, { ...options, isContinued: true }));
  return { run, left: await declared.read(), uncorrected: run.failure };
}

/** What is wrong, as far as a message has room for it. */
export function summaryOf(violations: readonly string[]): string {
  return oneLine(violations.join('; '), LONGEST_SUMMARY);
}
