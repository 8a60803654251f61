import { z } from 'zod';
import type { Clock } from '../kube/clock.ts';
import type { AgentOutcome } from './adapter.ts';
import { runCommand } from './command.ts';
import type { Env } from './layout.ts';
import { oneLine } from './step-error.ts';

export interface CaptureOptions {
  readonly cwd: string;
  readonly env: Env;
  readonly clock: Clock;
  /** For each command; they run at the same time where they can. @default 30,000 */
  readonly timeoutMs?: number;
}

const pullRequests = z.array(z.looseObject({ url: z.url() }));

/** The outputs of a run, in the order of the reference: what git and `gh` say of the working directory, then what the agent said of itself. */
export async function captureOutputs(outcome: AgentOutcome | undefined, options: CaptureOptions): Promise<string[]> {
  const { costUsd, inputTokens, outputTokens, response } = outcome ?? {};
  return [
    ...(await captureGit(options)),
    ...line('cost-usd', costUsd),
    ...line('input-tokens', inputTokens),
    ...line('output-tokens', outputTokens),
    ...line('response', response && Buffer.from(response).toString('base64')),
  ];
}

async function captureGit(options: CaptureOptions): Promise<string[]> {
  const isRepository = (await ask(options, 'git', 'rev-parse', '--is-inside-work-tree')) === 'true';
  if (!isRepository) return line('base-branch', options.env.KELOS_BASE_BRANCH);
  const [branch, commit, originHead] = await Promise.all([
    ask(options, 'git', 'branch', '--show-current'),
    ask(options, 'git', 'rev-parse', '--verify', 'HEAD'),
    ask(options, 'git', 'symbolic-ref', 'refs/remotes/origin/HEAD'),
  ]);
  const pulls = branch === '' ? [] : await pullRequestsOf(branch, options);
  return [
    ...line('branch', branch),
    ...pulls.flatMap((url) => line('pr', url)),
    ...line('commit', commit),
    ...line('base-branch', options.env.KELOS_BASE_BRANCH || originHead.replace('refs/remotes/origin/', '')),
  ];
}

/** In the origin and in the repository it was forked from, each URL once: the two may be the same. */
async function pullRequestsOf(branch: string, options: CaptureOptions): Promise<string[]> {
  const list = ['pr', 'list', `--head=${branch}`, '--json=url'];
  const upstream = options.env.KELOS_UPSTREAM_REPO;
  const answers = await Promise.all([
    ask(options, 'gh', ...list),
    upstream ? ask(options, 'gh', ...list, `--repo=${upstream}`) : '',
  ]);
  return [...new Set(answers.flatMap(urlsIn))];
}

function urlsIn(answer: string): string[] {
  try {
    return pullRequests.parse(JSON.parse(answer)).map(({ url }) => url);
  } catch {
    return []; // no gh, no network, not GitHub: there is none to tell of
  }
}

/** What a command prints; nothing when it fails. */
async function ask({ cwd, env, clock, timeoutMs = 30_000 }: CaptureOptions, file: string, ...args: string[]): Promise<string> {
  const quiet = { GIT_TERMINAL_PROMPT: '0', GH_PROMPT_DISABLED: '1', GIT_OPTIONAL_LOCKS: '0' };
  const { code, stdout } = await runCommand(file, args, { cwd, clock, timeoutMs, env: { ...env, ...quiet } });
  return code === 0 ? stdout.trim() : '';
}

function line(key: string, value: string | undefined): string[] {
  return value ? [`${key}: ${oneLine(value, Infinity)}`] : [];
}
