import { z } from 'zod';
import type { Remark } from '../github/comment-policy.ts';
import type { ForgeChange, ForgeItem } from '../forges/forge-items.ts';

const user = z.object({ id: z.int(), username: z.string() });

const item = z.object({
  iid: z.int().positive(),
  title: z.string(),
  description: z.string().nullish(),
  web_url: z.string(),
  author: user.nullish(),
  labels: z.array(z.string()),
  assignees: z.array(user).nullish(),
  user_notes_count: z.int().nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
});

const mergeRequest = item.extend({ draft: z.boolean().optional(), source_branch: z.string(), sha: z.string().nullish() });

const note = z.object({
  body: z.string(),
  author: user.nullish(),
  created_at: z.string(),
  system: z.boolean(),
  type: z.string().nullish(),
  position: z.object({ head_sha: z.string().nullish(), new_path: z.string().nullish(), old_path: z.string().nullish(), new_line: z.int().nullish(), old_line: z.int().nullish() }).nullish(),
});

export type GitLabNote = z.infer<typeof note>;

/** Nothing where it is none. */
export function readGitLabIssue(sent: unknown): ForgeItem | undefined {
  const { data } = item.safeParse(sent);
  return data && itemOf(data);
}

/** Nothing where it is none. */
export function readMergeRequest(sent: unknown): ForgeChange | undefined {
  const { data } = mergeRequest.safeParse(sent);
  return data && { ...itemOf(data), isDraft: data.draft ?? false, branch: data.source_branch, sha: data.sha ?? '' };
}

/** Those that are, from the oldest to the newest. */
export function readNotes(newestFirst: readonly unknown[]): readonly GitLabNote[] {
  return newestFirst.flatMap((sent) => note.safeParse(sent).data ?? []).toReversed();
}

/** What somebody wrote, and not GitLab. */
export function remarksOf(notes: readonly GitLabNote[]): readonly Remark[] {
  return notes.filter(({ system }) => !system).map(({ body, author, created_at: at }) => ({ body, author: author?.username ?? '', at }));
}

/** Of the whole, where it is about no line. */
export function commentBodies(notes: readonly GitLabNote[]): readonly string[] {
  return notes.filter(({ system, type }) => !system && type !== 'DiffNote').map(({ body }) => body);
}

/** On lines of a commit, each below its file and line. An empty one says nothing. */
export function lineComments(notes: readonly GitLabNote[], sha: string): readonly string[] {
  return notes.flatMap(({ system, body, position }) => {
    const path = position?.new_path ?? position?.old_path;
    if (system || !path || position?.head_sha !== sha || body.trim() === '') return [];
    const line = position.new_line ?? position.old_line;
    return [`${path}${line ? `:${line}` : ''}\n${body}`];
  });
}

function itemOf(sent: z.infer<typeof item>): ForgeItem {
  return {
    number: sent.iid,
    title: sent.title,
    body: sent.description ?? '',
    url: sent.web_url,
    author: sent.author?.username ?? '',
    labels: sent.labels,
    assignees: (sent.assignees ?? []).map(({ username }) => username),
    ...sent.created_at && { createdAt: sent.created_at },
    commentCount: sent.user_notes_count ?? undefined,
    updatedAt: sent.updated_at ?? '',
  };
}
