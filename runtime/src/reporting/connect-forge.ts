import type { Task } from '@taskwright/schema';
import type { Dialect } from '../forges/dialect.ts';
import { ForgeClient } from '../forges/forge-client.ts';
import { type ForgeSite, forgeSite } from '../forges/forge-site.ts';
import type { Clock } from '../kube/clock.ts';
import type { SourceContext } from '../sources/source.ts';
import { type Forge, ReportRefused } from './forge.ts';
import { GiteaForge } from './gitea-forge.ts';
import { GitLabForge } from './gitlab-forge.ts';
import { refusalOf } from './refused-by-forge.ts';
import { annotation, REPORT_WISHES } from './report-state.ts';
import type { ReportTarget } from './report-target.ts';

export interface ForgeAccess extends Pick<SourceContext, 'workspace' | 'readSecret'> {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** Takes what is in the Secret of the Workspace out of a text. */
  readonly redact: (text: string) => string;
}

const FORGES = { gitlab: GitLabForge, gitea: GiteaForge } as const;
/** Changes of one account are spaced, whichever Task they are about. */
const accounts = new Map<string, object>();
/** More accounts than one operator has. Beyond it they are told apart anew. */
const MOST_ACCOUNTS = 2_000;

/**
 * GitLab or Gitea, by the token of the Workspace: where the source says that it looked, as far as that is on the host of the Workspace.
 *
 * **Errors** {@link ReportRefused}.
 */
export async function connectForge(dialect: Dialect, task: Task, { subject: { owner, repo } }: ReportTarget, access: ForgeAccess): Promise<Forge> {
  const site = await siteOf(dialect, annotation(task, REPORT_WISHES.baseUrl), `${owner}/${repo}`, access);
  if (site.authorization === undefined) throw new ReportRefused(`nothing is written to ${dialect.called} at ${new URL(site.root).host} as nobody; give the Task a Workspace with a repository there and a secretRef`);
  const client = (signal: AbortSignal) => new ForgeClient(dialect, site, { fetch: access.fetch, clock: access.clock, signal });
  return new FORGES[dialect.name]({ webUrl: site.root, account: accountOf(`${site.root} ${site.key}`), redact: access.redact, client });
}

async function siteOf(dialect: Dialect, baseUrl: string | undefined, path: string, access: ForgeAccess): Promise<ForgeSite> {
  if (baseUrl !== undefined && !/^https?:\/\/[^/]/.test(baseUrl)) throw new ReportRefused(`annotation ${REPORT_WISHES.baseUrl} is no URL, got ${JSON.stringify(baseUrl.slice(0, 50))}`);
  try {
    return await forgeSite(dialect, { where: 'the report', baseUrl, path }, access);
  } catch (error) {
    throw refusalOf(error);
  }
}

function accountOf(key: string): object {
  const known = accounts.get(key);
  if (known) return known;
  if (accounts.size >= MOST_ACCOUNTS) accounts.clear();
  const account = {};
  accounts.set(key, account);
  return account;
}
