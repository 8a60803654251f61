import { SOURCE_ANNOTATIONS, type Task, type WebhookGateway, type Workspace } from '@taskwright/schema';
import { redactionFor } from '../agent/redaction.ts';
import { type Dialect, gitea, gitlab } from '../forges/dialect.ts';
import type { GitHubClients } from '../github/github-clients.ts';
import type { Clock } from '../kube/clock.ts';
import type { Secrets } from '../spawners/secrets.ts';
import { gitAccessOf } from '../workspaces/git-access.ts';
import { isGitHubApp } from '../workspaces/github-app.ts';
import { parseRepository } from '../workspaces/repository.ts';
import { tokenScopeOf } from '../workspaces/token-scope.ts';
import { connectForge } from './connect-forge.ts';
import { type Forge, ReportRefused } from './forge.ts';
import { GitHubForge } from './github-forge.ts';
import { annotation, REPORT_WISHES } from './report-state.ts';
import { type ReportTarget, targetOf } from './report-target.ts';

export interface Connection {
  readonly forge: Forge;
  readonly target: ReportTarget;
}

export interface ConnectAccess {
  readonly secrets: Secrets;
  readonly github: GitHubClients;
  /** How other forges are reached. */
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** Where the Task works, by whatever names it. */
  readonly workspaceOf: (task: Task) => Workspace | undefined;
  readonly gatewayOf: (task: Task, name: string) => WebhookGateway | undefined;
}

/** How the forge of a Task is reached. One for each forge, by the word in annotation `taskwright.dev/source-forge`. */
type Connect = (task: Task, target: ReportTarget, access: ConnectAccess) => Promise<Forge>;

const FORGES: Readonly<Record<string, Connect>> = { github: connectGitHub, gitlab: onForge(gitlab), gitea: onForge(gitea) };

/**
 * Whose name is written under, and where. Never nobody's: what GitHub limits to sixty requests an hour would hide what is missing.
 *
 * **Errors** {@link ReportRefused}.
 */
export async function connect(task: Task, access: ConnectAccess): Promise<Connection> {
  const repository = parseRepository(access.workspaceOf(task)?.spec?.repo ?? '');
  const target = targetOf(task, repository && { owner: repository.owner, repo: repository.name });
  if ('problem' in target) throw new ReportRefused(target.problem);
  const forge = Object.hasOwn(FORGES, target.forge) ? FORGES[target.forge] : undefined;
  if (!forge) throw new ReportRefused(`annotation ${REPORT_WISHES.forge} names no forge, got ${JSON.stringify(target.forge.slice(0, 50))}; allowed is ${Object.keys(FORGES).join(', ')}`);
  return { forge: await forge(task, target, access), target };
}

/** By the credentials of the gateway that the event came through, or else of the Workspace. */
async function connectGitHub(task: Task, { subject }: ReportTarget, access: ConnectAccess): Promise<Forge> {
  const gateway = annotation(task, SOURCE_ANNOTATIONS.webhookGateway);
  const { secret, apiUrl } = gateway === undefined ? ofWorkspace(access.workspaceOf(task)) : ofGateway(gateway, access.gatewayOf(task, gateway));
  const data = await access.secrets.read(task.metadata.namespace!, secret);
  if (!data) throw new ReportRefused(`there is no Secret "${secret}"; create it with the key GITHUB_TOKEN, or with appID, installationID and privateKey of a GitHub App`);
  if (!isGitHubApp(data) && gitAccessOf(data).tokenKey === undefined) throw new ReportRefused(`Secret "${secret}" has no token for the API of GitHub; add the key GITHUB_TOKEN, or appID, installationID and privateKey of a GitHub App`);
  return new GitHubForge(access.github.of(data, apiUrl, [subject.repo]), redactionOf(data));
}

/** By the token of the Workspace. */
function onForge(dialect: Dialect): Connect {
  return async (task, target, { workspaceOf, secrets, fetch, clock }) => {
    const workspace = workspaceOf(task);
    const readSecret = (name: string) => secrets.read(task.metadata.namespace!, name);
    const name = workspace?.spec?.secretRef?.name;
    const data = name === undefined ? {} : await readSecret(name) ?? {};
    return connectForge(dialect, task, target, { ...workspace && { workspace }, readSecret, fetch, clock, redact: redactionOf(data) });
  };
}

/** Of a Secret that everybody may know. */
const PUBLIC_KEYS = new Set(['appID', 'installationID', 'username', 'known_hosts']);

function redactionOf(data: Readonly<Record<string, string>>): (text: string) => string {
  const values = Object.entries(data).filter(([key]) => !PUBLIC_KEYS.has(key)).map(([, value]) => value);
  return redactionFor(Object.fromEntries(values.map((value, index) => [`SECRET_${index}`, value])));
}

interface GitHubAccount {
  readonly secret: string;
  readonly apiUrl: string;
}

function ofWorkspace(workspace: Workspace | undefined): GitHubAccount {
  const secret = workspace?.spec?.secretRef?.name;
  const apiUrl = workspace && tokenScopeOf(workspace)?.apiUrl;
  if (secret !== undefined && apiUrl !== undefined) return { secret, apiUrl };
  const what = workspace ? `Workspace "${workspace.metadata.name!}" has no secretRef` : 'the Task has no Workspace';
  throw new ReportRefused(`${what}, and nothing is written to GitHub as nobody; give the Workspace a secretRef with GITHUB_TOKEN or a GitHub App`);
}

const PUBLIC_API = 'https://api.github.com';

function ofGateway(name: string, gateway: WebhookGateway | undefined): GitHubAccount {
  const { credentialsRef, apiBaseURL } = gateway?.spec?.github ?? {};
  if (!gateway) throw new ReportRefused(`there is no WebhookGateway "${name}", through which the event came`);
  if (!credentialsRef) throw new ReportRefused(`WebhookGateway "${name}" has no github.credentialsRef; name a Secret with GITHUB_TOKEN or a GitHub App`);
  return { secret: credentialsRef.name, apiUrl: (apiBaseURL || PUBLIC_API).replace(/\/+$/, '') };
}
