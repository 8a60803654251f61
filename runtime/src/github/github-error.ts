import { SourceError } from '../sources/source.ts';

/** GitHub did not do what it was asked, and why. It names no secret. */
export class GitHubError extends SourceError {
  /** Of the answer; `undefined` where there was none. */
  readonly status: number | undefined;

  constructor(message: string, { status, retryAfterMs, cause }: { status?: number; retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, retryAfterMs);
    this.status = status;
    if (cause !== undefined) this.cause = cause;
  }
}

/** What an answer that is a refusal has to say. */
export interface Refusal {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
}

const LONGEST_MESSAGE = 300;
/** Somebody has to change something first. */
const CHANGE_NEEDED_MS = 60_000;

export function refused({ method, url, status, headers, data }: Refusal, hasCredential: boolean): GitHubError {
  const said = messageOf(data);
  const where = `${method} ${url.split('?')[0]}`;
  const retryAfterMs = status < 500 ? CHANGE_NEEDED_MS : undefined;
  return new GitHubError([`${where}: GitHub answered ${status}${said && ` (${said})`}`, advice(status, headers, hasCredential)].filter(Boolean).join('; '), { status, retryAfterMs });
}

/** The words of GitHub, on one line. */
export function messageOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const { message, errors } = data as { message?: unknown; errors?: unknown };
  const details = Array.isArray(errors) ? errors.map((error: unknown) => (typeof error === 'string' ? error : String((error as { message?: unknown })?.message ?? ''))) : [];
  const text = [message, ...details].filter((part) => typeof part === 'string' && part !== '').join(': ').replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
}

function advice(status: number, headers: Refusal['headers'], hasCredential: boolean): string {
  if (status === 401) return 'the token is wrong, revoked or has expired; put a new one into the Secret of the Workspace';
  const accepted = headers['x-accepted-github-permissions'] || headers['x-accepted-oauth-scopes'];
  if (status === 403 && accepted) return `the credentials lack a permission; any of these will do: ${String(accepted).slice(0, LONGEST_MESSAGE)}`;
  if (status === 403) return 'the credentials may not do this; check their permissions and whether the organization has to approve them';
  if (status === 404 && !hasCredential) return 'it does not exist or is private; give the Workspace a secretRef with GITHUB_TOKEN or a GitHub App';
  if (status === 404) return 'it does not exist, or the credentials do not reach it; check the name and the repositories that the token may read';
  return '';
}
