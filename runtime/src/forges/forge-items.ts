import { SOURCE_ANNOTATIONS } from '@taskwright/schema';
import { actorsOf, type CommandPolicy, type Discussion, judgeComments, type PolicyVerdict, type Remark } from '../github/comment-policy.ts';
import { type Judged, judgeEach } from '../sources/judge-each.ts';
import { EMPTY_VARIABLES } from '../sources/polled-variables.ts';
import { SourceError, type Discovery } from '../sources/source.ts';
import type { FailedEvent, SkippedEvent, SourceEvent } from '../sources/source-event.ts';
import { type ForgeClient, ForgeError, type Listed } from './forge-client.ts';
import { ownAccountOn } from './own-account.ts';

/** What issues and changes have in common on every forge. */
export interface ForgeItem {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly url: string;
  /** Empty for an account that there is no more. */
  readonly author: string;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  /** RFC 3339. Left out: it did not say. */
  readonly createdAt?: string;
  /** Left out: the forge did not say. */
  readonly commentCount?: number;
  /** RFC 3339; empty where the forge did not say. */
  readonly updatedAt: string;
}

/** One that wants a branch merged. */
export interface ForgeChange extends ForgeItem {
  readonly isDraft: boolean;
  readonly branch: string;
  /** Of its newest commit. */
  readonly sha: string;
}

/** What one kind of item is called: `merge request !`, before its number. */
export interface ItemKind {
  readonly sign: string;
  readonly kind: 'issue' | 'pull-request';
  /** As templates read it. */
  readonly name: 'Issue' | 'MR' | 'PR';
}

export type RuledOut = Pick<SkippedEvent, 'filter' | 'seen'>;

interface ListFilters {
  readonly labels?: readonly string[];
  readonly excludeLabels?: readonly string[];
  readonly author?: string;
  readonly excludeAuthors?: readonly string[];
  readonly assignee?: string;
  readonly draft?: boolean;
}

/** All pages of what a trigger asks for. A project that cannot be seen is its user's to mend. */
export async function listed(where: string, client: ForgeClient, path: string, query: Readonly<Record<string, string | undefined>>): Promise<Listed> {
  try {
    return await client.list(path, query);
  } catch (error) {
    if (!(error instanceof ForgeError) || ![403, 404].includes(error.status)) throw error;
    const { site, dialect } = client;
    throw new SourceError(`${where}.${dialect.field}: ${dialect.called} at ${new URL(site.root).host} shows nothing of ${site.path} to ${site.account}, got status ${error.status}; correct the name, or use a token of somebody who may look, with ${dialect.scopes}`);
  }
}

/** Judges each item by itself: what makes one fail is told of that one. A limit or a wrong token concern all. */
export async function judgeItems<Item extends ForgeItem>(
  { sign }: ItemKind, { site: { path } }: ForgeClient, { items: sent, isComplete }: Listed, read: (sent: unknown) => Item | undefined, judge: (item: Item) => Promise<Judged>, signal: AbortSignal,
): Promise<Discovery> {
  const items = new Map<number, Item>();
  const unread: FailedEvent[] = [];
  for (const [index, each] of sent.entries()) {
    const item = read(each);
    // One that moved from one page to the next between two requests is on both.
    if (item) items.set(item.number, item);
    else unread.push({ id: `item-${index + 1}`, summary: `${sign}? of ${path}, entry ${index + 1} of the list`, problem: 'it has not the fields that the forge documents; look at it there' });
  }
  const { events, skipped, failed } = await judgeEach([...items.values()], {
    about: ({ number }) => ({ id: String(number), summary: `${sign}${number} of ${path}` }),
    judge,
    problemOf: (error) => (error instanceof ForgeError ? error.message : undefined),
    signal,
  });
  const rest: FailedEvent[] = isComplete ? [] : [{ id: 'too-many', summary: `what is listed of ${path} after the first ${sent.length}`, problem: `more are found than are looked at, which are ${sent.length}; narrow the trigger down, by labels for instance` }];
  return { events, skipped, failed: [...unread, ...failed, ...rest] };
}

/** What a list tells by itself. */
export function ruledOutByList({ author: by, labels: has, assignees }: ForgeItem, isDraft: boolean | undefined, { author, excludeAuthors, assignee, draft, excludeLabels, labels }: ListFilters): RuledOut | undefined {
  if (author && author.toLowerCase() !== by.toLowerCase()) return { filter: 'author', seen: by };
  if (excludeAuthors?.some((excluded) => excluded.toLowerCase() === by.toLowerCase())) return { filter: 'excludeAuthors', seen: by };
  if (assignee && !isAssigned(assignees, assignee)) return { filter: 'assignee', seen: assignees.join(', ') || 'nobody' };
  if (draft !== undefined && draft !== isDraft) return { filter: 'draft', seen: String(isDraft) };
  const excluded = has.filter((label) => excludeLabels?.includes(label));
  if (excluded.length > 0) return { filter: 'excludeLabels', seen: excluded.join(', ') };
  return labels?.every((label) => has.includes(label)) ?? true ? undefined : { filter: 'labels', seen: has.join(', ') || 'no labels' };
}

function isAssigned(assignees: readonly string[], wanted: string): boolean {
  if (wanted === 'none') return assignees.length === 0;
  return wanted === '*' ? assignees.length > 0 : assignees.some((assignee) => assignee.toLowerCase() === wanted.toLowerCase());
}

/** Asks about those whose commands would count, by what access they have, and about nobody who is allowed by name. */
export async function verdictOf(policy: CommandPolicy | undefined, discussion: Discussion, hasAccess: (username: string) => Promise<boolean>): Promise<PolicyVerdict> {
  if (!policy) return { is: 'allowed' };
  const allowed = (policy.allowedUsers ?? []).map((user) => user.trim().toLowerCase());
  const authorized = new Set<string>();
  for (const actor of actorsOf(policy, discussion).filter((name) => name !== '')) {
    if (allowed.includes(actor.toLowerCase()) || (policy.minimumPermission !== undefined && await hasAccess(actor))) authorized.add(actor);
  }
  return judgeComments(policy, discussion, (username) => authorized.has(username));
}

export function ruledOutBy({ field, seen }: Extract<PolicyVerdict, { is: 'ruled-out' }>): Judged {
  return { skipped: { filter: field === '' ? 'commentPolicy' : `commentPolicy.${field}`, seen } };
}

interface Reporting {
  readonly comments?: { readonly mode?: 'PerTask' | 'Sticky' };
  readonly commitStatus?: { readonly name?: string };
}

interface Found {
  readonly client: ForgeClient;
  readonly kind: ItemKind;
  /** What the trigger names, for pull requests of its Tasks. */
  readonly named: string | undefined;
  readonly reporting: Reporting | undefined;
  /** The name of the TaskSpawner. */
  readonly spawner: string;
  readonly command: Remark | undefined;
  /** Whether the command is what has to be there. */
  readonly isTriggered: boolean;
  /** When something else than a command last asked for it. */
  readonly askedAt?: Date;
  readonly comments: string;
}

/** An item that a trigger waits for. What only a change has is added by who knows it. */
export function forgeEvent(item: ForgeItem | ForgeChange, { client, kind, named, reporting, spawner, command, isTriggered, askedAt, comments }: Found): SourceEvent {
  const { site, dialect } = client;
  const { number } = item;
  const commandAt = isTriggered && command?.at !== undefined ? new Date(command.at) : undefined;
  const own = ownAccountOn(client);
  const times = [commandAt, askedAt].filter((time) => time !== undefined).map(Number);
  return {
    id: String(number),
    nameSuffix: String(number),
    summary: `${kind.sign}${number} of ${site.path}`,
    variables: {
      ...EMPTY_VARIABLES,
      ID: String(number), Number: BigInt(number), Title: item.title, Body: item.body, URL: item.url, Labels: item.labels.join(', '), Comments: comments, Kind: kind.name,
      ...'branch' in item && { Branch: item.branch },
    },
    labels: item.labels,
    ...times.length > 0 && { triggerTime: new Date(Math.max(...times)) },
    annotations: {
      [SOURCE_ANNOTATIONS.kind]: kind.kind,
      [SOURCE_ANNOTATIONS.number]: String(number),
      [SOURCE_ANNOTATIONS.owner]: site.owner,
      [SOURCE_ANNOTATIONS.repo]: site.name,
      ...'sha' in item && { [SOURCE_ANNOTATIONS.sha]: item.sha },
      'taskwright.dev/source-forge': dialect.name,
      'taskwright.dev/source-base-url': site.root,
      ...reporting?.comments && { [SOURCE_ANNOTATIONS.githubReporting]: 'enabled', [SOURCE_ANNOTATIONS.githubCommentMode]: reporting.comments.mode ?? 'PerTask' },
      ...reporting?.commitStatus && { [SOURCE_ANNOTATIONS.githubChecks]: 'enabled', [SOURCE_ANNOTATIONS.githubCheckName]: reporting.commitStatus.name || `Taskwright: ${spawner}` },
    },
    ...named && { upstreamRepo: site.path },
    origin: {
      actor: command?.author ?? item.author,
      subject: `${site.path}${kind.sign.at(-1)}${number}`,
      ...'branch' in item && { branch: item.branch },
      text: command?.body ?? item.body,
      // A command is of whoever gave it, at a thing that was there.
      ...command === undefined && item.createdAt !== undefined && { createdAt: new Date(item.createdAt) },
      ...own && { own },
    },
  };
}
