import type { GitHubClient } from '../../github/github-client.ts';
import { gitAccessOf } from '../../workspaces/git-access.ts';
import { isGitHubApp } from '../../workspaces/github-app.ts';
import { tokenScopeOf } from '../../workspaces/token-scope.ts';
import { type SourceContext, SourceError } from '../source.ts';
import type { GitHubDelivery } from './delivery.ts';
import type { EventFacts } from './event-facts.ts';
import type { Missing } from './matches.ts';
import { textAt } from './payload-reading.ts';

/**
 * Asks GitHub for what a payload lacks: the branch and commit of a pull request that was commented on, the files that a pull request changes.
 *
 * **Guarantee** Each is asked for once for a delivery and a credential, however many TaskSpawners want to know. What one credential may see no other is told. A list of
 * files is whole.
 *
 * **Errors** SourceError when GitHub does not say it: the delivery cannot be judged then, and comes again.
 */
export async function withMissing(missing: Missing, facts: EventFacts, delivery: GitHubDelivery, context: SourceContext): Promise<EventFacts> {
  const access = await accessFor(facts, delivery, context);
  if (missing === 'head') {
    if (!access?.hasCredential) return { ...facts, lacksHead: false, whyNoHead: 'unknown: there are no credentials to ask GitHub with' };
    return { ...facts, lacksHead: false, ...await once(delivery, access.client, missing, () => headOf(access.client, facts, context)) };
  }
  if (access === undefined) return { ...facts, changedFiles: [] };
  return { ...facts, changedFiles: await once(delivery, access.client, missing, () => filesOf(access.client, facts, delivery, context)) };
}

interface Access {
  readonly client: GitHubClient;
  readonly hasCredential: boolean;
}

/** Through a gateway only with what it names; else as the Workspace does, and without one as anybody. */
async function accessFor({ number, repository, name }: EventFacts, { gateway, access }: GitHubDelivery, { workspace, readSecret, github }: SourceContext): Promise<Access | undefined> {
  if (number === undefined || !REPOSITORY.test(repository)) return undefined;
  if (gateway !== undefined) {
    if (access === undefined) return undefined;
    const data = await secretOf(access.secretName, readSecret);
    if (!canAsk(data)) throw new SourceError(`Secret "${access.secretName}" of WebhookGateway "${gateway}" ${LACKS}`);
    return { client: github.of(data, access.apiUrl ?? API_URL, [name]), hasCredential: true };
  }
  const secretName = workspace?.spec.secretRef?.name;
  const scope = workspace && tokenScopeOf(workspace);
  const data = secretName === undefined ? undefined : await secretOf(secretName, readSecret);
  return { client: github.of(data, scope?.apiUrl ?? API_URL, [...scope?.repositories ?? [], name]), hasCredential: data !== undefined && canAsk(data) };
}

const API_URL = 'https://api.github.com';
/** Becomes a part of a path: neither of them is `.` or `..`. */
const REPOSITORY = /^(?!\.{1,2}\/)[\w.-]{1,100}\/(?!\.{1,2}$)[\w.-]{1,100}$/;

async function secretOf(name: string, readSecret: SourceContext['readSecret']): Promise<Readonly<Record<string, string>>> {
  const data = await readSecret(name);
  if (data === undefined) throw new SourceError(`Secret "${name}" does not exist, and GitHub has to be asked with it; create it with GITHUB_TOKEN, or appID, installationID and privateKey`);
  return data;
}

const LACKS = 'has no credentials to ask GitHub with; it has to have GITHUB_TOKEN, or appID, installationID and privateKey';

/** A Workspace may have a key for SSH alone, which is of no use here. */
function canAsk(data: Readonly<Record<string, string>>): boolean {
  const { tokenKey } = gitAccessOf(data);
  return isGitHubApp(data) || (tokenKey !== undefined && data[tokenKey]!.trim() !== '');
}

const known = new WeakMap<GitHubDelivery, Map<GitHubClient, Map<Missing, Promise<unknown>>>>();

function once<T>(delivery: GitHubDelivery, client: GitHubClient, missing: Missing, ask: () => Promise<T>): Promise<T> {
  const clients = known.get(delivery) ?? new Map<GitHubClient, Map<Missing, Promise<unknown>>>();
  known.set(delivery, clients);
  const answers = clients.get(client) ?? new Map<Missing, Promise<unknown>>();
  clients.set(client, answers);
  const answer = answers.get(missing) ?? ask();
  answers.set(missing, answer);
  return answer as Promise<T>;
}

async function headOf(client: GitHubClient, { repository, number }: EventFacts, { signal }: SourceContext): Promise<Pick<EventFacts, 'branch' | 'headSha'>> {
  const found = await client.get<unknown>(`/repos/${repository}/pulls/${number}`, { signal });
  return { branch: textAt(found, 'head', 'ref'), headSha: textAt(found, 'head', 'sha') };
}

async function filesOf(client: GitHubClient, { repository, number }: EventFacts, { payload }: GitHubDelivery, { signal }: SourceContext): Promise<readonly string[]> {
  const { items, isComplete } = await client.list<unknown>(`/repos/${repository}/pulls/${number}/files`, { signal });
  const files = items.map((item) => textAt(item, 'filename'));
  const changed = changedFileCount(payload);
  // It stops at 3,000 without saying so.
  if (!isComplete || (files.length >= MOST_FILES && changed > files.length)) {
    throw new SourceError(`${repository}#${number}: GitHub lists only ${files.length} of the files that it changes, so filePatterns cannot be held against all of them; take filePatterns out of the filter, or make smaller pull requests`);
  }
  return files;
}

/** As many as GitHub lists. */
const MOST_FILES = 3_000;

/** Of a comment nobody says: then a list that is as long as can be is not taken for whole. */
function changedFileCount(payload: GitHubDelivery['payload']): number {
  const pullRequest = payload.pull_request as { readonly changed_files?: unknown } | null | undefined;
  const count = typeof pullRequest === 'object' ? pullRequest?.changed_files : undefined;
  return typeof count === 'number' ? count : Infinity;
}
