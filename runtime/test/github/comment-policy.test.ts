import type { GitHubCommentPolicy } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { actorsOf, judgeComments, type PolicyVerdict, type Remark } from '../../src/github/comment-policy.ts';

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
const said = (body: string, minute?: number, author = 'ann'): Remark => ({ body, author, ...minute !== undefined && { at: at(minute) } });
const GO: GitHubCommentPolicy = { triggerComment: '/go' };
const STOP: GitHubCommentPolicy = { excludeComments: ['/stop', '/hold'] };
const BOTH: GitHubCommentPolicy = { ...GO, ...STOP };
const allowed = (command?: Remark): PolicyVerdict => ({ is: 'allowed', ...command && { command } });
const stopped = (seen: string): PolicyVerdict => ({ is: 'ruled-out', field: 'excludeComments', seen });
const missing = (seen = 'no such comment'): PolicyVerdict => ({ is: 'ruled-out', field: 'triggerComment', seen });
const by = (body: string, author = 'ann'): Remark => ({ body, author, at: undefined });

interface Row { it: string; policy: GitHubCommentPolicy; opening?: string; comments?: Remark[]; verdict: PolicyVerdict }

test.each<Row>([
  { it: 'no commands: everything goes', policy: {}, comments: [said('/stop', 1)], verdict: { is: 'allowed' } },
  { it: 'an empty command is none', policy: { triggerComment: '', excludeComments: [''] }, opening: '\n\n', verdict: { is: 'allowed' } },

  { it: 'a trigger on a line of its own, with spaces around it', policy: GO, comments: [said('please\r\n  /go \r\nthanks', 1)], verdict: allowed(said('please\r\n  /go \r\nthanks', 1)) },
  { it: 'a trigger within a sentence is none', policy: GO, comments: [said('please /go now', 1)], verdict: missing() },
  { it: 'a trigger in other letters is none', policy: GO, comments: [said('/GO', 1)], verdict: missing() },
  { it: 'a trigger takes no arguments', policy: GO, comments: [said('/go fast', 1)], verdict: missing() },
  { it: 'a trigger in the text has no time', policy: GO, opening: 'Broken\n/go', verdict: allowed(by('Broken\n/go')) },
  { it: 'a comment is newer than the text', policy: GO, opening: '/go', comments: [said('/go', 1)], verdict: allowed(said('/go', 1)) },
  { it: 'the newest trigger counts', policy: GO, comments: [said('/go', 3), said('/go', 5), said('/go', 4)], verdict: allowed(said('/go', 5)) },
  { it: 'of equal times the later in the list counts', policy: GO, comments: [said('/go', 3, 'ann'), said('/go', 3, 'bob')], verdict: allowed(said('/go', 3, 'bob')) },
  { it: 'a comment without a time counts only where none has one', policy: GO, comments: [said('/go', 3), said('/go')], verdict: allowed(said('/go', 3)) },
  { it: 'of those without a time the last counts', policy: GO, comments: [said('/go', undefined, 'ann'), said('/go', undefined, 'bob')], verdict: allowed(said('/go', undefined, 'bob')) },

  { it: 'excludes alone: nobody said so', policy: STOP, comments: [said('/go', 1)], verdict: { is: 'allowed' } },
  { it: 'excludes alone: a comment says so, any of them', policy: STOP, comments: [said('/hold', 1)], verdict: stopped('a comment of ann') },
  { it: 'excludes alone: the text says so', policy: STOP, opening: '/stop', verdict: stopped('its text, of ann') },
  { it: 'excludes alone: no trigger takes it back', policy: STOP, comments: [said('/stop', 1), said('/go', 2)], verdict: stopped('a comment of ann') },

  { it: 'both: a trigger after an exclude goes on', policy: BOTH, comments: [said('/stop', 1), said('/go', 2)], verdict: allowed(said('/go', 2)) },
  { it: 'both: an exclude after a trigger stops', policy: BOTH, comments: [said('/go', 1), said('/stop', 2)], verdict: stopped('a comment of ann') },
  { it: 'both: times decide, not the list', policy: BOTH, comments: [said('/stop', 2), said('/go', 1)], verdict: stopped('a comment of ann') },
  { it: 'both: at one time, the list decides', policy: BOTH, comments: [said('/stop', 1), said('/go', 1)], verdict: allowed(said('/go', 1)) },
  { it: 'both: without times, the list decides', policy: BOTH, comments: [said('/go'), said('/stop')], verdict: stopped('a comment of ann') },
  { it: 'both: in one comment, what stops counts', policy: BOTH, comments: [said('/go\n/stop', 1)], verdict: stopped('a comment of ann') },
  { it: 'both: a trigger in a comment outweighs an exclude in the text', policy: BOTH, opening: '/stop', comments: [said('/go', 1)], verdict: allowed(said('/go', 1)) },
  { it: 'both: an exclude in the text outweighs a trigger in it', policy: BOTH, opening: '/go\n/stop', verdict: stopped('its text, of ann') },
  { it: 'both: a trigger in the text', policy: BOTH, opening: '/go', verdict: allowed(by('/go')) },
  { it: 'both: an exclude in a comment outweighs a trigger in the text', policy: BOTH, opening: '/go', comments: [said('/stop', 1)], verdict: stopped('a comment of ann') },
  { it: 'both: nobody said anything', policy: BOTH, verdict: missing() },

  { it: 'who may not give commands gives none', policy: { ...GO, allowedUsers: ['ann'] }, opening: '/go', comments: [said('/go', 1, 'mallory'), said('/go', 2, 'eve')].map((remark) => remark), verdict: allowed(by('/go')) },
  { it: 'a trigger by strangers alone is told', policy: { ...GO, allowedUsers: ['ann'] }, comments: [said('/go', 1, 'mallory'), said('/go', 2, 'mallory')], verdict: missing('only from mallory') },
  { it: 'a later exclude of a stranger is ignored', policy: { ...BOTH, minimumPermission: 'write' }, comments: [said('/go', 1), said('/stop', 2, 'mallory')], verdict: allowed(said('/go', 1)) },
  { it: 'an exclude of a stranger is ignored', policy: { ...STOP, allowedTeams: ['acme/core'] }, comments: [said('/stop', 2, 'mallory')], verdict: { is: 'allowed' } },
  { it: 'an account that there is no more may give none', policy: { ...GO, allowedUsers: ['ann'] }, comments: [said('/go', 1, '')], verdict: missing('only from ') },
  { it: 'who may give commands and none to give: who opened it has to be one', policy: { allowedUsers: ['ann'] }, verdict: { is: 'allowed' } },
])('$it', ({ policy, opening = '', comments = [], verdict }) => {
  expect(judgeComments(policy, { opening: by(opening), comments }, (login) => login === 'ann')).toEqual(verdict);
});

test('who may give commands and none to give: a stranger opens nothing', () => {
  expect(judgeComments({ minimumPermission: 'write' }, { opening: by('', 'mallory'), comments: [] }, () => false)).toEqual({ is: 'ruled-out', field: '', seen: 'opened by mallory' });
});

test('only those are asked about who said something that counts, and nobody where everybody may', () => {
  const discussion = { opening: by('/go', 'ann'), comments: [said('hello', 1, 'bob'), said('/stop', 2, 'eve'), said('/go', 3, 'ann')] };
  expect(actorsOf({ ...BOTH, minimumPermission: 'write' }, discussion)).toEqual(['ann', 'eve']);
  expect(actorsOf({ minimumPermission: 'write' }, { ...discussion, opening: by('', 'zoe') })).toEqual(['zoe']);
  expect(actorsOf(BOTH, discussion)).toEqual([]);
});
