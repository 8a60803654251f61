import type { Task } from '@taskwright/schema';
import { table } from './terminal.ts';

/** One Task as it ended, in the words of `--output json`. */
export interface TaskSummary {
  readonly name: string;
  readonly namespace: string;
  readonly phase: string;
  readonly message?: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** A Kubernetes quantity, in dollars. */
  readonly costUSD?: string;
  readonly results: Readonly<Record<string, string>>;
  /** The command that shows the commit. */
  readonly look?: string;
}

/** An agent may report any text as its commit. What is shown to be typed holds nothing else. */
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** `gitDirOf` answers where the Task's repository is on this machine, as the user would type it. */
export function summarize(task: Task, gitDirOf: (task: Task) => string | undefined): TaskSummary {
  const { metadata, status = {} } = task;
  const { response: _, ...results } = status.results ?? {};
  const gitDir = gitDirOf(task);
  const { branch, commit } = results;
  return {
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? 'default',
    phase: status.phase ?? '',
    ...(status.message && { message: status.message }),
    ...(branch !== undefined && { branch }),
    ...(commit !== undefined && { commit }),
    ...(status.usage?.inputTokens !== undefined && { inputTokens: Number(status.usage.inputTokens) }),
    ...(status.usage?.outputTokens !== undefined && { outputTokens: Number(status.usage.outputTokens) }),
    ...(status.usage?.costUSD !== undefined && { costUSD: String(status.usage.costUSD) }),
    results,
    ...(commit !== undefined && COMMIT.test(commit) && gitDir !== undefined && { look: `git --git-dir ${asWord(gitDir)} show ${commit.slice(0, 10)}` }),
  };
}

/** The end of `taskwright dev`, for a person: what happened, where it is, what to try next. */
export function renderSummary(tasks: readonly TaskSummary[], { modelIsScripted, dataFlag }: { modelIsScripted: boolean; dataFlag: string }): string {
  const rows = tasks.map(({ name, phase, branch = '-', commit = '-', inputTokens, outputTokens, costUSD }) => [
    name,
    phase,
    branch,
    commit.slice(0, 10),
    inputTokens === undefined ? '-' : `${inputTokens} in, ${outputTokens ?? 0} out`,
    costUSD === undefined ? '-' : `$${dollars(costUSD)}`,
  ]);
  const looks = tasks.flatMap(({ look }) => (look === undefined ? [] : [`  ${look}`]));
  const failures = tasks.filter(({ phase }) => phase === 'Failed');
  return [
    '',
    table(['TASK', 'PHASE', 'BRANCH', 'COMMIT', 'TOKENS', 'COST'], rows),
    ...(looks.length > 0 ? ['Look at the commits (they are in a clone of their own, your checkout is as it was):', ...looks, ''] : []),
    ...(failures.length > 0 ? ['Find out why a Task failed:', ...failures.map(({ name }) => `  npx taskwright logs ${name}${dataFlag}`), ''] : []),
    'Look around:',
    `  npx taskwright get -o wide${dataFlag}`,
    ...tasks.slice(0, 1).map(({ name }) => `  npx taskwright logs ${name}${dataFlag}`),
    ...(modelIsScripted ? ['', 'The model was a script. With ANTHROPIC_API_KEY in the environment, the same program asks the real one.'] : []),
    '',
  ].join('\n');
}

/** A path as one word of a shell. */
function asWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** A quantity such as `53200u` or `1500m` as a decimal. */
function dollars(quantity: string): string {
  const [, digits = quantity, suffix = ''] = /^([\d.]+)([num]?)$/.exec(quantity) ?? [];
  const scale = { '': 1, m: 1e-3, u: 1e-6, n: 1e-9 }[suffix] ?? 1;
  return (Number(digits) * scale).toFixed(4);
}
