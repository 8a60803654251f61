import { expect, test } from 'vitest';
import { type EventFacts, eventFacts } from '../../../src/sources/github-webhook/event-facts.ts';
import { aPayload, eventOfPayload, payloadNames } from './a-delivery.ts';

const SHA = '9f1c2d3e4b5a69788796a5b4c3d2e1f00112233c';

const issue = {
  id: '42', number: 42, title: 'Login fails with a plus sign', body: 'Steps: log in as ann+test@example.com.', url: 'https://github.com/acme/shop/issues/42',
  subject: { kind: 'issue', labels: ['bug', 'actor/bot'], state: 'open' }, text: 'Steps: log in as ann+test@example.com.',
} as const;
const comment = { commentBody: '/bot please fix', commentUrl: 'https://github.com/acme/shop/issues/42#issuecomment-1', text: '/bot please fix' };
const pullRequest = {
  id: '42', number: 42, title: 'Escape the plus sign', body: 'Fixes #41.', url: 'https://github.com/acme/shop/pull/42', branch: 'fix-login', headSha: SHA, pullRequestAuthor: 'bea',
  subject: { kind: 'pull-request', labels: ['bug'], state: 'open', isDraft: false }, text: 'Fixes #41.', changedFiles: undefined,
} as const;
const discussion = {
  id: '42', number: 42, title: 'Which sign next?', body: 'Plus works now.', url: 'https://github.com/acme/shop/discussions/42', subject: { kind: 'discussion', labels: [], state: 'open' }, text: 'Plus works now.',
} as const;
const written = (at: string, body: string) => ({ commentBody: body, commentUrl: at, text: body });

/** What each payload tells beside who sent it and where from. What is not here is empty. */
const told: Readonly<Record<string, Partial<EventFacts>>> = {
  'check_run.completed': {
    action: 'completed', id: '1001', number: 42, title: 'build', url: 'https://github.com/acme/shop/runs/701', branch: 'fix-login', headSha: SHA, check: { name: 'build', conclusion: 'failure', app: 'Build bot' },
  },
  'check_suite.completed': { action: 'completed', id: '1001', number: 42, title: 'Build bot', branch: 'fix-login', headSha: SHA, check: { name: 'Build bot', conclusion: 'failure', app: 'Build bot' } },
  'commit_comment.created': {
    action: 'created', id: '1001', title: `Comment on ${SHA}`, url: `https://github.com/acme/shop/commit/${SHA}#commitcomment-1`, headSha: SHA, ...written(`https://github.com/acme/shop/commit/${SHA}#commitcomment-1`, 'This breaks login.'),
  },
  create: { id: 'fix-login', title: 'Branch created: fix-login', ref: 'fix-login', branch: 'fix-login', refType: 'branch' },
  'create.tag': { id: 'v1.2.0', title: 'Tag created: v1.2.0', ref: 'v1.2.0', tag: 'v1.2.0', refType: 'tag' },
  delete: { id: 'fix-login', title: 'Branch deleted: fix-login', ref: 'fix-login', branch: 'fix-login', refType: 'branch' },
  'deployment.created': { action: 'created', id: '1001', title: 'Deployment to production', ref: 'main', headSha: SHA },
  'deployment_status.created': { action: 'created', id: '1003', title: 'Deployment to production', ref: 'main', headSha: SHA },
  'discussion.created': { action: 'created', ...discussion },
  'discussion_comment.created': { action: 'created', ...discussion, ...written('https://github.com/acme/shop/discussions/42#discussioncomment-1', 'The ampersand.') },
  'issue_comment.created': { action: 'created', ...issue, ...comment },
  'issue_comment.created.pull_request': {
    action: 'created', ...issue, ...comment, url: 'https://github.com/acme/shop/pull/42', subject: { ...issue.subject, kind: 'pull-request' }, lacksHead: true, changedFiles: undefined, pullRequestAuthor: 'bea',
  },
  'issues.labeled': { action: 'labeled', ...issue },
  'issues.opened': { action: 'opened', ...issue },
  'label.created': { action: 'created' },
  'merge_group.checks_requested': {
    action: 'checks_requested', id: SHA, title: 'Merge group for main', ref: `refs/heads/gh-readonly-queue/main/pr-42-${SHA}`, branch: `gh-readonly-queue/main/pr-42-${SHA}`, headSha: SHA,
  },
  ping: { repository: '', owner: '', name: '' },
  'pull_request.opened': { action: 'opened', ...pullRequest },
  'pull_request.synchronize': { action: 'synchronize', ...pullRequest },
  'pull_request_review.submitted': { action: 'submitted', ...pullRequest, ...written('https://github.com/acme/shop/pull/42#pullrequestreview-1', 'Please add a test.') },
  'pull_request_review_comment.created': { action: 'created', ...pullRequest, ...written('https://github.com/acme/shop/pull/42#discussion_r1', 'Why not encodeURIComponent?') },
  'pull_request_review_thread.resolved': { action: 'resolved', ...pullRequest, text: undefined },
  push: { id: SHA, title: 'Push to main', ref: 'refs/heads/main', branch: 'main', headSha: SHA, changedFiles: ['src/login.ts', 'src/old.ts', 'README.md'] },
  'push.tag': { id: SHA, title: 'Push to ', ref: 'refs/tags/v1.2.0', headSha: SHA },
  'release.published': { action: 'published', id: '1002', title: 'Plus signs', body: 'Log in with them.', url: 'https://github.com/acme/shop/releases/tag/v1.2.0', tag: 'v1.2.0' },
  'repository_dispatch.on-demand-test': { action: 'on-demand-test', branch: 'main' },
  status: { id: '1001', title: 'ci/build', url: 'https://ci.example.com/1', branch: 'fix-login', headSha: SHA },
  workflow_dispatch: { ref: 'refs/heads/main', branch: 'main' },
  'workflow_job.completed': { action: 'completed', id: '1013', title: 'test', url: 'https://github.com/acme/shop/actions/runs/801/job/1', branch: 'fix-login', headSha: SHA, check: { name: 'test', conclusion: 'failure', app: '' } },
  'workflow_run.completed': { action: 'completed', id: '1018', number: 42, title: 'ci', url: 'https://github.com/acme/shop/actions/runs/801', branch: 'fix-login', headSha: SHA, check: { name: 'ci', conclusion: 'failure', app: '' } },
};

const EMPTY = {
  action: '', id: '', title: '', body: '', url: '', ref: '', branch: '', tag: '', refType: '', headSha: '', commentBody: '', commentUrl: '', pullRequestAuthor: '', lacksHead: false, changedFiles: [],
  sender: 'ann', repository: 'acme/shop', owner: 'acme', name: 'shop',
};

test.each(payloadNames)('%s tells what it has', (name) => {
  const event = eventOfPayload(name);
  expect(eventFacts({ event, payload: aPayload(name) })).toEqual({ ...EMPTY, event, ...told[name] });
});

test('pull_request_target tells what pull_request does', () => {
  const payload = aPayload('pull_request.opened');
  expect(eventFacts({ event: 'pull_request_target', payload })).toEqual({ ...eventFacts({ event: 'pull_request', payload }), event: 'pull_request_target' });
});

test.each([
  ['a check of no pull request has no number and no branch', 'check_run', { check_run: { id: 7, name: 'build', head_sha: SHA, pull_requests: [] } }, { number: undefined, branch: '', headSha: SHA }],
  ['a check takes the first pull request that has a head', 'check_run', { check_run: { pull_requests: [{ number: 1 }, { number: 2, head: { ref: 'b' } }] } }, { number: 2, branch: 'b' }],
  ['a deleted branch is a push without a commit', 'push', { ref: 'refs/heads/old', deleted: true, head_commit: null, commits: [] }, { id: '', branch: 'old', title: 'Push to old', changedFiles: [] }],
  ['a deployment of a workflow has its branch', 'deployment_status', { deployment: { ref: SHA, sha: SHA }, workflow_run: { head_branch: 'main' } }, { branch: 'main', headSha: SHA, title: '' }],
  ['a status is of the branch that has the commit', 'status', { sha: SHA, branches: [{ name: 'a', commit: { sha: 'x' } }, { name: 'b', commit: { sha: SHA } }] }, { branch: 'b' }],
  ['a number that is none is not there', 'issues', { issue: { number: '42', title: 7, labels: [{ name: 'a' }, {}, null, 'b', { name: 5 }] } }, { number: undefined, id: '', title: '', subject: { kind: 'issue', labels: ['a'], state: '' } }],
  ['a label list that is none is empty', 'pull_request', { pull_request: { labels: 'bug', number: -1 } }, { number: undefined, subject: { kind: 'pull-request', labels: [], state: '', isDraft: false } }],
] as const)('%s', (_, event, payload, expected) => {
  const facts = eventFacts({ event, payload });
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, facts[name as keyof EventFacts]]))).toEqual(expected);
});

test('keys of prototypes are not read as facts', () => {
  const payload = JSON.parse('{"__proto__":{"action":"opened","issue":{"number":42}},"constructor":{"name":"x"}}') as Record<string, unknown>;
  expect(eventFacts({ event: 'issues', payload })).toEqual({ ...eventFacts({ event: 'issues', payload: {} }) });
});
