import { MOST_COMMENT_BYTES, joinedComments } from '../joined-comments.ts';
import type { OwnAccount, SourceEvent } from '../source-event.ts';
import { EMPTY_VARIABLES } from '../polled-variables.ts';
import { documentText } from './document-text.ts';

interface JiraFields {
  readonly summary?: unknown;
  readonly description?: unknown;
  readonly status?: { readonly name?: unknown };
  readonly labels?: unknown;
  readonly comment?: { readonly comments?: unknown; readonly total?: unknown };
  readonly issuetype?: { readonly name?: unknown };
  readonly created?: unknown;
  readonly creator?: { readonly accountId?: unknown; readonly name?: unknown };
}

export interface JiraIssue {
  readonly key: string;
  readonly fields: JiraFields;
}

/** An issue as Jira sends it; nothing, if it is none. */
export function readJiraIssue(sent: unknown): JiraIssue | undefined {
  const { key, fields } = (sent ?? {}) as { key?: unknown; fields?: unknown };
  return typeof key === 'string' && key !== '' && typeof fields === 'object' && fields !== null ? { key, fields } : undefined;
}

/** The comments that came with the issue, and whether they are all there are. */
export function commentsOf({ fields: { comment } }: JiraIssue): { comments: readonly unknown[]; areAll: boolean } {
  const comments = Array.isArray(comment?.comments) ? comment.comments : [];
  return { comments, areAll: !(Number(comment?.total) > comments.length) };
}

/** `comments` in any order. */
export function jiraEvent({ key, fields }: JiraIssue, comments: readonly unknown[], root: string, own: OwnAccount): SourceEvent {
  const body = documentText(fields.description);
  const labels = Array.isArray(fields.labels) ? fields.labels.filter((label) => typeof label === 'string') : [];
  const actor = textOf(fields.creator?.accountId) || textOf(fields.creator?.name);
  const createdMs = Date.parse(textOf(fields.created));
  return {
    id: key,
    nameSuffix: key.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-'),
    summary: `Jira issue ${key}`,
    variables: {
      ...EMPTY_VARIABLES,
      ID: key,
      Number: BigInt(/-(\d+)$/.exec(key)?.[1] ?? 0),
      Title: textOf(fields.summary),
      Body: body,
      URL: `${root}/browse/${encodeURIComponent(key)}`,
      Labels: labels.join(', '),
      Comments: joinedComments(inOrder(comments)),
      Kind: textOf(fields.issuetype?.name) || 'Issue',
      Status: textOf(fields.status?.name),
    },
    labels,
    annotations: {},
    origin: { ...actor !== '' && { actor }, subject: key, text: body, ...!Number.isNaN(createdMs) && { createdAt: new Date(createdMs) }, own },
  };
}

/** Whether older comments would be cut off anyway. */
export function fillsTemplates(comments: readonly unknown[]): boolean {
  return Buffer.byteLength(inOrder(comments).join('')) >= MOST_COMMENT_BYTES;
}

function inOrder(comments: readonly unknown[]): readonly string[] {
  return comments
    .map((comment) => (comment ?? {}) as { body?: unknown; created?: unknown })
    .map(({ body, created }) => ({ text: documentText(body), createdMs: Date.parse(textOf(created)) || 0 }))
    .toSorted((one, other) => one.createdMs - other.createdMs)
    .map(({ text }) => text);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
