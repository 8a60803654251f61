import type { GitHubRemark } from '../../github/github-items.ts';

/** A comment on a line of a file. */
export interface LineComment extends GitHubRemark {
  readonly commit_id: string;
  readonly path?: string;
  /** `null` where the line is no more. */
  readonly line?: number | null;
}

/** Comments on lines of a commit, each below its file and line; an empty one says nothing. */
export function lineComments(comments: readonly LineComment[], commit: string): string[] {
  return comments.filter(({ commit_id: of, body }) => of === commit && (body ?? '').trim() !== '').map(({ path, line, body }) => {
    if (!path) return body!;
    return `${path}${(line ?? 0) > 0 ? `:${line}` : ''}\n${body}`;
  });
}
