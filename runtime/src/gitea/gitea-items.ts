import { z } from 'zod';
import type { ForgeChange, ForgeItem } from '../forges/forge-items.ts';
import type { Remark } from '../github/comment-policy.ts';

const user = z.object({ login: z.string() });

const item = z.object({
  number: z.int().positive(),
  title: z.string(),
  body: z.string().nullish(),
  html_url: z.string(),
  user: user.nullish(),
  labels: z.array(z.object({ name: z.string() })).nullish(),
  assignees: z.array(user).nullish(),
  comments: z.int().nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
});

const pullRequest = item.extend({ draft: z.boolean().optional(), head: z.object({ ref: z.string(), sha: z.string() }) });

const comment = z.object({ body: z.string(), user: user.nullish(), created_at: z.string() });
/** `position` is the line in the new file. */
const lineComment = comment.extend({ path: z.string().nullish(), position: z.int().nullish(), commit_id: z.string().nullish() });

export type GiteaComment = z.infer<typeof comment>;
export type GiteaLineComment = z.infer<typeof lineComment>;

/** Nothing where it is none. */
export function readGiteaIssue(sent: unknown): ForgeItem | undefined {
  const { data } = item.safeParse(sent);
  return data && itemOf(data);
}

/** Nothing where it is none. */
export function readGiteaPullRequest(sent: unknown): ForgeChange | undefined {
  const { data } = pullRequest.safeParse(sent);
  return data && { ...itemOf(data), isDraft: data.draft ?? false, branch: data.head.ref, sha: data.head.sha };
}

/** Those that are, in the order in which they came. */
export function readComments(sent: readonly unknown[]): readonly GiteaComment[] {
  return sent.flatMap((each) => comment.safeParse(each).data ?? []);
}

export function readLineComments(sent: readonly unknown[]): readonly GiteaLineComment[] {
  return sent.flatMap((each) => lineComment.safeParse(each).data ?? []);
}

export function remarkOf({ body, user: author, created_at: at }: GiteaComment): Remark {
  return { body, author: author?.login ?? '', at };
}

/** On lines of a commit, each below its file and line. An empty one says nothing. */
export function textsOnLines(comments: readonly GiteaLineComment[], sha: string): readonly string[] {
  return comments.filter(({ commit_id: of, body }) => of === sha && body.trim() !== '')
    .map(({ path, position, body }) => (path ? `${path}${(position ?? 0) > 0 ? `:${position}` : ''}\n${body}` : body));
}

function itemOf(sent: z.infer<typeof item>): ForgeItem {
  return {
    number: sent.number,
    title: sent.title,
    body: sent.body ?? '',
    url: sent.html_url,
    author: sent.user?.login ?? '',
    labels: (sent.labels ?? []).map(({ name }) => name),
    assignees: (sent.assignees ?? []).map(({ login }) => login),
    ...sent.created_at && { createdAt: sent.created_at },
    commentCount: sent.comments ?? undefined,
    updatedAt: sent.updated_at ?? '',
  };
}
