import { type Clock, sleep } from '../kube/clock.ts';
import { runCommand, type CommandResult } from './command.ts';
import type { Env } from './layout.ts';
import type { Redact } from './redaction.ts';
import { oneLine, StepError } from './step-error.ts';

/**
 * A credential helper in the shell that git runs: the token comes from the mounted file at each use, since the operator
 * renews it while the Pod runs, and from the environment where there is no file.
 */
export const CREDENTIAL_HELPER =
  '!f() { test "$1" = get || exit 0; if test -r "$KELOS_GITHUB_TOKEN_FILE"; then echo "password=$(cat "$KELOS_GITHUB_TOKEN_FILE")"; else echo "password=$GITHUB_TOKEN"; fi; }; f';
/** What hosts want beside a token. GitHub, GitLab and Gitea take any name with a token of a person; GitLab wants this one with a token of OAuth. */
const USERNAMES: Readonly<Record<string, string>> = { 'gitlab.com': 'oauth2', 'bitbucket.org': 'x-token-auth' };
const ANY_USERNAME = 'x-access-token';

/** A transfer that stands still for a minute is given up, and tried again. */
const STALL_OPTIONS = ['-c', 'http.lowSpeedLimit=1', '-c', 'http.lowSpeedTime=60'];

const LONGEST_LOCAL_MS = 60_000;
const LONGEST_TRANSFER_MS = 30 * 60_000;
/** Waits before the second, third and fourth attempt: long enough for a host that restarts, short enough to watch. */
const RETRY_WAITS_MS = [1_000, 4_000, 15_000];

const TRANSIENT = new RegExp([
  'Could not resolve host', 'Temporary failure in name resolution', 'Connection (?:refused|reset|timed out)', 'Operation timed out', 'Failed to connect',
  'unexpected disconnect', 'early EOF', 'the remote end hung up unexpectedly', 'Empty reply from server', 'transfer closed', 'Operation too slow',
  'TLS connection was non-properly terminated', 'returned error: (?:429|50[0234])', 'kex_exchange_identification',
].join('|'), 'i');

/** Whether the network failed, or the host: nothing on this machine is to blame. */
export function isTransient(reason: string): boolean {
  return TRANSIENT.test(reason);
}

export interface GitOptions {
  /** The repository whose host, and no other, is given the token. */
  readonly repo?: string;
  readonly env: Env;
  readonly clock: Clock;
  readonly redact: Redact;
  readonly signal?: AbortSignal;
  /** Told of each wait before another attempt. */
  readonly note?: (line: string) => void;
}

/** Git, as the steps of `prepare` use it: it never asks a question, and a failure is its last line without secrets. */
export class Git {
  readonly #options: GitOptions;
  /** Settings of git by which the token is found, in their order; none without a token: git's own configuration decides then. */
  readonly credentials: readonly (readonly [key: string, value: string])[];

  constructor(options: GitOptions) {
    this.#options = options;
    const hasToken = Boolean(options.env.KELOS_GITHUB_TOKEN_FILE || options.env.GITHUB_TOKEN);
    this.credentials = hasToken ? credentialSettings(options.repo ?? '', options.env) : [];
  }

  /** A command that stays on this machine; its exit code is the caller's to judge. */
  try(args: readonly string[], cwd?: string): Promise<CommandResult> {
    return this.#run(args, cwd, LONGEST_LOCAL_MS);
  }

  /** A command that stays on this machine and has to succeed. */
  async local(step: string, args: readonly string[], cwd?: string): Promise<string> {
    const result = await this.try(args, cwd);
    if (result.code !== 0) throw this.failure(step, result);
    return result.stdout.trim();
  }

  /** A command that stays on this machine, has to succeed, and may take as long as a transfer: it goes through all objects. */
  async housekeeping(step: string, args: readonly string[], cwd: string): Promise<void> {
    const result = await this.#run(args, cwd, LONGEST_TRANSFER_MS);
    if (result.code !== 0) throw this.failure(step, result);
  }

  /**
   * A command that speaks to a remote: with the token if there is one, and again, up to three times, when what failed is the network.
   *
   * @param accepted exit codes that are answers.
   * @param attempts how often it is tried. Default: 4.
   * @param beforeRetry clears away what a failed attempt may have left.
   */
  async remote(step: string, args: readonly string[], { cwd, accepted = [0], attempts = RETRY_WAITS_MS.length + 1, beforeRetry }: RemoteOptions = {}): Promise<CommandResult> {
    const { clock, signal, note } = this.#options;
    const options = [...this.credentials.flatMap(([key, value]) => ['-c', `${key}=${value}`]), ...STALL_OPTIONS];
    for (let attempt = 0; ; attempt++) {
      const result = await this.#run([...options, ...args], cwd, LONGEST_TRANSFER_MS);
      if (accepted.includes(result.code)) return result;
      const waitMs = attempt + 1 < attempts ? RETRY_WAITS_MS[attempt] : undefined;
      const failure = this.failure(step, result);
      if (waitMs === undefined || signal?.aborted || !isTransient(result.stderr)) throw failure;
      note?.(`${failure.message}; trying again in ${waitMs / 1000} s`);
      await sleep(clock, waitMs, signal);
      await beforeRetry?.();
    }
  }

  failure(step: string, { code, stderr }: CommandResult): StepError {
    return new StepError(`${step} failed: ${oneLine(this.#options.redact(reasonIn(stderr))) || `git exited with code ${code}`}`, code);
  }

  #run(args: readonly string[], cwd: string | undefined, timeoutMs: number): Promise<CommandResult> {
    const { env, clock, signal } = this.#options;
    return runCommand('git', args, {
      clock, cwd, signal, timeoutMs,
      // LC_ALL: reasons are told apart by their English text.
      env: { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes', ...env, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '', LC_ALL: 'C' },
    });
  }
}

/**
 * The helper is asked for the host of the repository only. A clone names others: in `.lfsconfig`, in `.gitmodules`, by a redirect. Whoever
 * may write to the repository would have the token sent to a host of theirs.
 */
function credentialSettings(repo: string, { TASKWRIGHT_GIT_USERNAME, GIT_SSH_COMMAND }: Env): [key: string, value: string][] {
  const forOrigins = originsOf(repo).flatMap((origin): [string, string][] => [
    [`credential.${origin}.helper`, CREDENTIAL_HELPER],
    [`credential.${origin}.username`, TASKWRIGHT_GIT_USERNAME || USERNAMES[new URL(origin).hostname] || ANY_USERNAME],
  ]);
  // There is no key for SSH, and a token for the HTTPS side of the same host: of the repository, and of its submodules.
  const [, account, host] = /^([^@/]+)@([^:/]+):/.exec(repo) ?? [];
  const insteadOfSsh: [string, string][] = host && !GIT_SSH_COMMAND ? [[`url.https://${host}/.insteadOf`, `${account}@${host}:`], [`url.https://${host}/.insteadOf`, `ssh://${account}@${host}/`]] : [];
  // The empty value first empties the list, so that no helper of the machine or image is asked, or told the token.
  return [['credential.helper', ''], ...forOrigins, ...insteadOfSsh];
}

/** Where a token for this repository may go. A host that is reached by SSH has an HTTPS side, one that is reached by HTTP may lead there. */
function originsOf(repo: string): string[] {
  const { protocol, host, hostname } = URL.parse(repo.replace(/^[^@/]+@([^:/]+):/, 'ssh://$1/')) ?? {};
  if (!hostname) return [];
  if (protocol === 'https:') return [`https://${host}`];
  return protocol === 'http:' ? [`http://${host}`, `https://${host}`] : [`https://${hostname}`];
}

interface RemoteOptions {
  readonly cwd?: string;
  readonly accepted?: readonly number[];
  readonly attempts?: number;
  readonly beforeRetry?: () => Promise<void>;
}

/** Git says why in a line that begins with `fatal:` or `error:`; advice and progress surround it. */
function reasonIn(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).map((line) => line.trim()).filter((line) => line !== '');
  const reason = lines.findLast((line) => /^(?:fatal|error):/.test(line)) ?? lines.at(-1) ?? '';
  return reason.replace(/^(?:fatal|error): /, '');
}
