import type { GitHubClient } from '../github/github-client.ts';
import { GitHubError } from '../github/github-error.ts';
import { type Check, type Comment, type Forge, type Reaction, ReportRefused, type Subject } from './forge.ts';

interface IssueComment {
  readonly id: number;
  readonly body?: string;
  readonly user?: { readonly login: string } | null;
  readonly performed_via_github_app?: { readonly id: number } | null;
}

/** Comments that are looked through for a marker: ten pages. */
const MOST_PAGES = 10;
const GONE = new Set([404, 410]);
/** What GitHub says until a person changes something. */
const REFUSALS = new Set([401, 403, 404, 410, 422]);

/** GitHub, as the account of a client. */
export class GitHubForge implements Forge {
  readonly webUrl: string;
  readonly account: object;
  readonly redact: (text: string) => string;
  readonly #client: GitHubClient;

  constructor(client: GitHubClient, redact: (text: string) => string) {
    this.redact = redact;
    this.#client = client;
    this.account = client;
    this.webUrl = webUrlOf(client.apiUrl);
  }

  async createComment(subject: Subject, body: string, signal: AbortSignal): Promise<string> {
    const { id } = await this.#send<{ id: number }>('POST', `${issue(subject)}/comments`, { body }, signal);
    return String(id);
  }

  editComment(subject: Subject, id: string, body: string, signal: AbortSignal): Promise<boolean> {
    return unlessGone(this.#client.send('PATCH', `${repository(subject)}/issues/comments/${id}`, { body }, { signal }));
  }

  /** Somebody else's may hold the marker too: they can read it. */
  async findComment(subject: Subject, marker: string, since: Date | undefined, signal: AbortSignal): Promise<Comment | undefined> {
    const path = `${issue(subject)}/comments`;
    const { items } = await refusing(this.#client.list<IssueComment>(path, { signal, query: { since: since?.toISOString() }, mostPages: MOST_PAGES }));
    const marked = items.filter(({ body }) => body?.includes(marker));
    if (marked.length === 0) return undefined;
    const { login, appId } = await refusing(this.#client.identity(signal));
    const found = marked.findLast(({ user, performed_via_github_app: app }) => (appId === undefined ? user?.login.toLowerCase() === login?.toLowerCase() : app?.id === appId));
    return found && { id: String(found.id), body: found.body ?? '' };
  }

  async createCheck(subject: Subject, check: Check, signal: AbortSignal): Promise<string> {
    const started = { name: check.name, head_sha: check.sha, external_id: check.externalId, started_at: seconds(check.at), ...checkFields(check) };
    try {
      const { id } = await this.#client.send<{ id: number }>('POST', `${repository(subject)}/check-runs`, started, { signal });
      return String(id);
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      if (error.status === 403) throw new ReportRefused(`a check run can only be made by a GitHub App with the permission Checks: write; give the Workspace the Secret of one, or report in comments. ${error.message}`, { isFinal: true, cause: error });
      if (error.status === 422) throw new ReportRefused(error.message, { isFinal: true, cause: error });
      throw refusalOf(error);
    }
  }

  updateCheck(subject: Subject, id: string, check: Check, signal: AbortSignal): Promise<boolean> {
    return unlessGone(this.#client.send('PATCH', `${repository(subject)}/check-runs/${id}`, checkFields(check), { signal }));
  }

  async findCheck(subject: Subject, { sha, name, externalId }: Check, signal: AbortSignal): Promise<string | undefined> {
    const path = `${repository(subject)}/commits/${sha}/check-runs`;
    const { check_runs: runs } = await refusing(this.#client.get<{ check_runs: readonly { id: number; external_id: string | null }[] }>(path, { signal, query: { check_name: name, filter: 'all', per_page: 100 } }));
    const found = runs.find((run) => run.external_id === externalId);
    return found && String(found.id);
  }

  async addLabel(subject: Subject, label: string, signal: AbortSignal): Promise<void> {
    await this.#send('POST', `${issue(subject)}/labels`, { labels: [label] }, signal);
  }

  async removeLabel(subject: Subject, label: string, signal: AbortSignal): Promise<void> {
    await unlessGone(this.#client.send('DELETE', `${issue(subject)}/labels/${encodeURIComponent(label)}`, undefined, { signal }));
  }

  /** GitHub answers the reaction that is there already, so it is never there twice. */
  async react(subject: Subject, comment: string | undefined, reaction: Reaction, signal: AbortSignal): Promise<void> {
    const [, kind, id] = /^(issue|review):(\d+)$/.exec(comment ?? '') ?? [];
    const path = id === undefined ? issue(subject) : `${repository(subject)}/${kind === 'review' ? 'pulls' : 'issues'}/comments/${id}`;
    await this.#send('POST', `${path}/reactions`, { content: reaction }, signal);
  }

  #send<T>(method: 'POST', path: string, body: object, signal: AbortSignal): Promise<T> {
    return refusing(this.#client.send<T>(method, path, body, { signal }));
  }
}

const CONCLUSIONS: Readonly<Record<Check['state'], object>> = {
  running: { status: 'in_progress' },
  succeeded: { status: 'completed', conclusion: 'success' },
  failed: { status: 'completed', conclusion: 'failure' },
};

function checkFields({ state, title, summary, at }: Check): object {
  return { ...CONCLUSIONS[state], ...(state !== 'running' && { completed_at: seconds(at) }), output: { title, summary } };
}

function seconds(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

function repository({ owner, repo }: Subject): string {
  return `/repos/${owner}/${repo}`;
}

function issue(subject: Subject): string {
  return `${repository(subject)}/issues/${subject.number}`;
}

/** Of github.com, of GitHub Enterprise Cloud with data residency, and of an Enterprise Server. */
function webUrlOf(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl);
  return `${protocol}//${host.replace(/^api\.(?=github\.com$|.+\.ghe\.com$)/, '')}`;
}

async function unlessGone(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof GitHubError && GONE.has(error.status ?? 0)) return false;
    throw refusalOf(error);
  }
}

async function refusing<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw refusalOf(error);
  }
}

function refusalOf(error: unknown): unknown {
  return error instanceof GitHubError && REFUSALS.has(error.status ?? 0) ? new ReportRefused(error.message, { cause: error }) : error;
}
