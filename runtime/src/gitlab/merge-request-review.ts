import { z } from 'zod';
import type { ReviewOutcome } from '../github/review-state.ts';
import type { GitLabNote } from './gitlab-items.ts';

const approvals = z.object({ approved_by: z.array(z.object({ approved_at: z.string().nullish() })).nullish() });
const reviewers = z.array(z.object({ state: z.string().nullish() }));

/** What GitLab notes by itself of a review. */
const NOTED = { approved: /^approved this merge request/, changes_requested: /^requested changes/ } as const;

/**
 * What the reviews of a merge request come to: one reviewer who asks for changes outweighs all that approve. When, is what GitLab noted of it last; of an approval it may tell itself.
 *
 * Approvals of older commits count as long as GitLab keeps them, which its project settings say.
 */
export function mergeRequestReview(sent: { readonly approvals: unknown; readonly reviewers: unknown }, notes: readonly GitLabNote[]): ReviewOutcome {
  const approved = approvals.safeParse(sent.approvals).data?.approved_by ?? [];
  const wantsChanges = reviewers.safeParse(sent.reviewers).data?.some(({ state }) => state === 'requested_changes') ?? false;
  if (wantsChanges) return withTime('changes_requested', notedAt(notes, NOTED.changes_requested));
  if (approved.length === 0) return { state: '' };
  return withTime('approved', [...notedAt(notes, NOTED.approved), ...approved.map(({ approved_at: at }) => Date.parse(at ?? ''))]);
}

function notedAt(notes: readonly GitLabNote[], words: RegExp): number[] {
  return notes.filter(({ system, body }) => system && words.test(body)).map(({ created_at: at }) => Date.parse(at));
}

function withTime(state: ReviewOutcome['state'], times: readonly number[]): ReviewOutcome {
  const known = times.filter((ms) => !Number.isNaN(ms));
  return known.length === 0 ? { state } : { state, at: new Date(Math.max(...known)) };
}
