import { expect, test } from 'vitest';
import { type Review, reviewOutcome } from '../../src/github/review-state.ts';

const HEAD = 'a'.repeat(40);
const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
const review = (login: string, state: string, minute: number, commit = HEAD): Review => ({ user: { login }, state, commit_id: commit, submitted_at: at(minute) });

test.each<{ it: string; reviews: Review[]; outcome: ReturnType<typeof reviewOutcome> }>([
  { it: 'no reviews', reviews: [], outcome: { state: '' } },
  { it: 'one that approves', reviews: [review('ann', 'APPROVED', 1)], outcome: { state: 'approved', at: new Date(at(1)) } },
  { it: 'the newest of those that approve', reviews: [review('ann', 'APPROVED', 1), review('bob', 'APPROVED', 3), review('eve', 'APPROVED', 2)], outcome: { state: 'approved', at: new Date(at(3)) } },
  { it: 'one that asks for changes outweighs later ones that approve', reviews: [review('ann', 'CHANGES_REQUESTED', 1), review('bob', 'APPROVED', 3)], outcome: { state: 'changes_requested', at: new Date(at(1)) } },
  { it: 'the newest of each reviewer counts, whatever the case of the login', reviews: [review('ann', 'CHANGES_REQUESTED', 1), review('Ann', 'APPROVED', 3)], outcome: { state: 'approved', at: new Date(at(3)) } },
  { it: 'the newest by time, not by the list', reviews: [review('ann', 'APPROVED', 3), review('ann', 'CHANGES_REQUESTED', 1)], outcome: { state: 'approved', at: new Date(at(3)) } },
  { it: 'another commit says nothing', reviews: [review('ann', 'APPROVED', 1, 'b'.repeat(40))], outcome: { state: '' } },
  { it: 'comments, dismissals and drafts say nothing, and take nothing back', reviews: [review('ann', 'APPROVED', 1), review('ann', 'COMMENTED', 2), review('ann', 'DISMISSED', 3), review('ann', 'PENDING', 4)], outcome: { state: 'approved', at: new Date(at(1)) } },
  { it: 'without a time it says nothing', reviews: [{ ...review('ann', 'APPROVED', 1), submitted_at: 'soon' }, { ...review('bob', 'APPROVED', 1), submitted_at: undefined }], outcome: { state: '' } },
  { it: 'an account that there is no more still reviewed', reviews: [{ ...review('ann', 'APPROVED', 1), user: null }], outcome: { state: 'approved', at: new Date(at(1)) } },
])('$it', ({ reviews, outcome }) => {
  expect(reviewOutcome(reviews, HEAD)).toEqual(outcome);
});
