import { describe, expect, test } from 'vitest';
import { eventFacts } from '../../../src/sources/github-webhook/event-facts.ts';
import { type Judgement, judge } from '../../../src/sources/github-webhook/matches.ts';
import type { TriggerConfig } from '../../../src/sources/source.ts';
import { aPayload, eventOfPayload } from './a-delivery.ts';

type Config = TriggerConfig<'githubWebhook'>;
type Filter = NonNullable<Config['filters']>[number];

const match: Judgement = { outcome: 'match' };
const miss = (filter: string, seen: string): Judgement => ({ outcome: 'miss', filter, seen });
const unknown = (missing: 'head' | 'files'): Judgement => ({ outcome: 'unknown', missing });

function judged(payload: string, config: Partial<Config>): Judgement {
  const event = eventOfPayload(payload);
  return judge({ events: [event], ...config }, eventFacts({ event, payload: aPayload(payload) }));
}

/** One filter for the event of the payload. */
function filtered(payload: string, filter: Filter): Judgement {
  return judged(payload, { filters: [{ event: eventOfPayload(payload), ...filter }] });
}

describe('the trigger', () => {
  test.each<[string, Partial<Config>, Judgement]>([
    ['takes what it listens to', {}, match],
    ['does not take an event that it does not list', { events: ['push'] }, miss('events', 'issues')],
    ['takes the repository that it names', { repository: 'acme/shop' }, match],
    ['does not take another repository', { repository: 'acme/web' }, miss('repository', 'acme/shop')],
    ['knows a repository by its case', { repository: 'Acme/shop' }, miss('repository', 'acme/shop')],
    ['does not take what an excluded author sent', { excludeAuthors: ['bob', 'ann'] }, miss('excludeAuthors', 'ann')],
    ['excludes an author whom a filter asks for', { excludeAuthors: ['ann'], filters: [{ event: 'issues', author: 'ann' }] }, miss('excludeAuthors', 'ann')],
    ['needs a filter for the event once there are filters', { events: ['issues', 'push'], filters: [{ event: 'push' }] }, miss('filters', 'issues')],
    ['takes what one of the filters takes', { filters: [{ event: 'issues', action: 'closed' }, { event: 'issues', action: 'opened' }] }, match],
    ['ignores filters of other events', { filters: [{ event: 'push', branch: 'main' }, { event: 'issues' }] }, match],
    ['tells of the filter that came nearest', { filters: [{ event: 'issues', action: 'closed', author: 'bob' }, { event: 'push' }, { event: 'issues', action: 'opened', author: 'bob', labels: ['bug'] }] }, miss('filters[2].author', 'ann')],
    ['tells of the first of two that came as near', { filters: [{ event: 'issues', action: 'closed' }, { event: 'issues', author: 'bob' }] }, miss('filters[0].action', 'opened')],
  ])('%s', (_, config, expected) => {
    expect(judged('issues.opened', config)).toEqual(expected);
  });

  test('an event without a repository is from none', () => {
    expect(judged('ping', { repository: 'acme/shop' })).toEqual(miss('repository', ''));
  });
});

describe('a filter', () => {
  test.each<[string, string, Filter, Judgement]>([
    ['action', 'issues.opened', { action: 'opened' }, match],
    ['action', 'issues.opened', { action: 'Opened' }, miss('filters[0].action', 'opened')],
    ['action', 'issues.opened', { action: '' }, match],
    ['action', 'push', { action: 'opened' }, miss('filters[0].action', '')],
    ['author', 'issues.opened', { author: 'ann' }, match],
    ['author', 'issues.opened', { author: 'bea' }, miss('filters[0].author', 'ann')],
    ['excludeAuthors', 'issues.opened', { excludeAuthors: ['ann'] }, miss('filters[0].excludeAuthors', 'ann')],
    ['excludeAuthors', 'issues.opened', { excludeAuthors: ['bea'] }, match],
    ['pullRequestAuthor', 'pull_request.opened', { pullRequestAuthor: 'bea' }, match],
    ['pullRequestAuthor', 'pull_request.opened', { pullRequestAuthor: 'ann' }, miss('filters[0].pullRequestAuthor', 'bea')],
    ['pullRequestAuthor', 'pull_request_review_thread.resolved', { pullRequestAuthor: 'bea' }, match],
    ['pullRequestAuthor', 'issue_comment.created.pull_request', { pullRequestAuthor: 'bea' }, match],
    ['pullRequestAuthor', 'issue_comment.created', { pullRequestAuthor: 'bea' }, miss('filters[0].pullRequestAuthor', '')],
    ['pullRequestAuthor', 'push', { pullRequestAuthor: 'bea' }, miss('filters[0].pullRequestAuthor', '')],
    ['labels', 'issues.opened', { labels: ['bug', 'actor/bot'] }, match],
    ['labels', 'issues.opened', { labels: ['bug', 'urgent'] }, miss('filters[0].labels', 'bug, actor/bot')],
    ['labels', 'issue_comment.created', { labels: ['bug'] }, match],
    ['labels', 'pull_request.opened', { labels: ['actor/bot'] }, miss('filters[0].labels', 'bug')],
    ['labels', 'push', { labels: ['bug'] }, match],
    ['excludeLabels', 'issues.opened', { excludeLabels: ['wontfix', 'bug'] }, miss('filters[0].excludeLabels', 'bug')],
    ['excludeLabels', 'issues.opened', { excludeLabels: ['wontfix'] }, match],
    ['excludeLabels', 'push', { excludeLabels: ['bug'] }, match],
    ['state', 'issues.opened', { state: 'open' }, match],
    ['state', 'pull_request_review.submitted', { state: 'closed' }, miss('filters[0].state', 'open')],
    ['state', 'check_run.completed', { state: 'closed' }, match],
    ['draft', 'pull_request.opened', { draft: false }, match],
    ['draft', 'pull_request_review_comment.created', { draft: true }, miss('filters[0].draft', 'false')],
    ['draft', 'issues.opened', { draft: true }, match],
    ['draft', 'issue_comment.created.pull_request', { draft: true }, match],
    ['commentOn', 'issue_comment.created', { commentOn: 'Issue' }, match],
    ['commentOn', 'issue_comment.created', { commentOn: 'PullRequest' }, miss('filters[0].commentOn', 'Issue')],
    ['commentOn', 'issue_comment.created.pull_request', { commentOn: 'Issue' }, miss('filters[0].commentOn', 'PullRequest')],
    ['commentOn', 'issue_comment.created', { commentOn: '' }, match],
    ['commentOn', 'issues.opened', { commentOn: 'PullRequest' }, match],
    ['conclusion', 'check_run.completed', { conclusion: 'failure' }, match],
    ['conclusion', 'check_run.completed', { conclusion: 'success' }, miss('filters[0].conclusion', 'failure')],
    ['conclusion', 'workflow_run.completed', { conclusion: 'success' }, miss('filters[0].conclusion', 'failure')],
    ['conclusion', 'issues.opened', { conclusion: 'success' }, match],
    ['checkName', 'check_run.completed', { checkName: 'bui*' }, match],
    ['checkName', 'check_run.completed', { checkName: 'test*' }, miss('filters[0].checkName', 'build')],
    ['checkName', 'check_run.completed', { checkName: '[' }, miss('filters[0].checkName', 'not a glob: [')],
    ['branch', 'push', { branch: 'main' }, match],
    ['branch', 'push', { branch: 'm*' }, match],
    ['branch', 'push', { branch: 'release/*' }, miss('filters[0].branch', 'main')],
    ['branch', 'push.tag', { branch: '*' }, miss('filters[0].branch', '')],
    ['branch', 'push', { branch: 'm[' }, miss('filters[0].branch', 'not a glob: m[')],
    ['branch', 'pull_request.opened', { branch: 'fix-*' }, match],
    ['branch', 'check_run.completed', { branch: 'fix-*' }, match],
    ['branch', 'issues.opened', { branch: '*' }, miss('filters[0].branch', '')],
    ['branch', 'issue_comment.created.pull_request', { branch: 'fix-*' }, unknown('head')],
    ['branch', 'issue_comment.created.pull_request', { branch: 'fix-*', action: 'deleted' }, miss('filters[0].action', 'created')],
    ['tag', 'create.tag', { tag: 'v1.*' }, match],
    ['tag', 'create', { tag: '*' }, miss('filters[0].tag', '')],
    ['tag', 'release.published', { tag: 'v2.*' }, miss('filters[0].tag', 'v1.2.0')],
    ['tag', 'create.tag', { tag: '\\' }, miss('filters[0].tag', 'not a glob: \\')],
    ['bodyContains', 'issues.opened', { bodyContains: 'log in' }, match],
    ['bodyContains', 'issue_comment.created', { bodyContains: 'log in' }, miss('filters[0].bodyContains', '/bot please fix')],
    ['bodyPattern', 'issues.opened', { bodyPattern: '(?i)STEPS' }, match],
    ['bodyPattern', 'issue_comment.created', { bodyPattern: '^/bot\\b' }, match],
    ['bodyPattern', 'issue_comment.created', { bodyPattern: '^Steps' }, miss('filters[0].bodyPattern', '/bot please fix')],
    ['bodyPattern', 'pull_request.opened', { bodyPattern: 'Fixes #\\d+' }, match],
    ['bodyPattern', 'pull_request_review.submitted', { bodyPattern: 'Fixes' }, miss('filters[0].bodyPattern', 'Please add a test.')],
    ['bodyPattern', 'pull_request_review_comment.created', { bodyPattern: 'encode' }, match],
    ['bodyPattern', 'push', { bodyPattern: 'nothing' }, match],
    ['bodyPattern', 'issues.opened', { bodyPattern: '(?=x)' }, miss('filters[0].bodyPattern', 'not a regular expression: error parsing regexp: invalid or unsupported Perl syntax: `(?=`')],
    ['bodyPattern', 'issues.opened', { bodyPattern: '(a+)+$' }, miss('filters[0].bodyPattern', 'Steps: log in as ann+test@example.com.')],
    ['excludeBodyPatterns', 'issue_comment.created', { excludeBodyPatterns: ['^/other', '^/bot'] }, miss('filters[0].excludeBodyPatterns', '/bot please fix')],
    ['excludeBodyPatterns', 'issue_comment.created', { excludeBodyPatterns: ['^/other'] }, match],
    ['excludeBodyPatterns', 'issue_comment.created', { excludeBodyPatterns: ['['] }, miss('filters[0].excludeBodyPatterns', 'not a regular expression: error parsing regexp: missing closing ]: `[`')],
    ['filePatterns', 'push', { filePatterns: { include: ['src/**'] } }, match],
    ['filePatterns', 'push', { filePatterns: { include: ['docs/**'] } }, miss('filters[0].filePatterns', 'src/login.ts, src/old.ts, README.md')],
    ['filePatterns', 'push', { filePatterns: { exclude: ['**'] } }, miss('filters[0].filePatterns', 'src/login.ts, src/old.ts, README.md')],
    ['filePatterns', 'push.tag', { filePatterns: { exclude: ['docs/**'] } }, miss('filters[0].filePatterns', '')],
    ['filePatterns', 'push.tag', { filePatterns: { include: [], exclude: [] } }, match],
    ['filePatterns', 'pull_request.opened', { filePatterns: { include: ['src/**'] } }, unknown('files')],
    ['filePatterns', 'pull_request.opened', { filePatterns: { include: ['src/**'] }, draft: true }, miss('filters[0].draft', 'false')],
    ['filePatterns', 'issues.opened', { filePatterns: { include: ['src/**'] } }, miss('filters[0].filePatterns', '')],
  ])('%s of %s, %j', (_, payload, filter, expected) => {
    expect(filtered(payload, filter)).toEqual(expected);
  });

  test('that matches without files decides before another that needs them', () => {
    const filters: Filter[] = [{ event: 'pull_request', filePatterns: { include: ['src/**'] } }, { event: 'pull_request', action: 'opened' }];
    expect(judged('pull_request.opened', { filters })).toEqual(match);
  });

  test('takes the head of a pull request before its files', () => {
    expect(filtered('issue_comment.created.pull_request', { branch: 'x', filePatterns: { include: ['src/**'] } })).toEqual(unknown('head'));
  });

  test('shows no more than a line of what a stranger wrote', () => {
    const facts = eventFacts({ event: 'issue_comment', payload: { comment: { body: `a\n\u202eb\0${'x'.repeat(300)}` } } });
    expect(judge({ events: ['issue_comment'], filters: [{ event: 'issue_comment', bodyContains: 'y' }] }, facts)).toEqual(miss('filters[0].bodyContains', `a b ${'x'.repeat(195)}`));
  });

  test('does not search a text that nobody can have written', () => {
    const facts = eventFacts({ event: 'issues', payload: { issue: { body: 'x'.repeat(262_145) } } });
    expect(judge({ events: ['issues'], filters: [{ event: 'issues', bodyPattern: 'x' }] }, facts)).toEqual(miss('filters[0].bodyPattern', 'a text of 262145 characters, more than 262144'));
  });
});

describe('an exclusion', () => {
  test.each<[string, string, Filter, Judgement]>([
    ['rules out what it matches', 'issues.opened', { event: 'issues', action: 'opened' }, miss('excludeFilters[0]', 'issues, opened')],
    ['lets through what it does not match', 'issues.opened', { event: 'issues', action: 'closed' }, match],
    ['of another event is not held against it', 'issues.opened', { event: 'push', author: 'ann' }, match],
    ['without an event is for all', 'issues.opened', { author: 'ann' }, miss('excludeFilters[0]', 'issues, ann')],
    ['has to match as a whole', 'issues.opened', { author: 'ann', action: 'closed' }, match],
    ['of a branch does not rule out what has none', 'issues.opened', { branch: '*' }, match],
    ['of a pull request author does not rule out a push', 'push', { pullRequestAuthor: 'bea' }, match],
    ['with a criterion of other events counts it as met: a comment is never a draft, and all are ruled out', 'issue_comment.created', { event: 'issue_comment', draft: true }, miss('excludeFilters[0]', 'issue_comment')],
    ['with commentOn on issues counts it as met', 'issues.opened', { event: 'issues', commentOn: 'PullRequest' }, miss('excludeFilters[0]', 'issues')],
    ['with labels of a push counts them as met', 'push', { event: 'push', labels: ['bug'] }, miss('excludeFilters[0]', 'push')],
    ['needs the branch of a commented pull request', 'issue_comment.created.pull_request', { branch: 'fix-*' }, unknown('head')],
    ['does not need it when it cannot match', 'issue_comment.created.pull_request', { branch: 'fix-*', author: 'bob' }, match],
    ['whose pattern is broken rules out, for it could be the one', 'issues.opened', { event: 'issues', bodyPattern: '(' }, miss('excludeFilters[0].bodyPattern', 'not a regular expression: error parsing regexp: missing closing ): `(`')],
    ['whose glob is broken rules out', 'push', { branch: '[' }, miss('excludeFilters[0].branch', 'not a glob: [')],
  ])('%s', (_, payload, excluded, expected) => {
    expect(judged(payload, { excludeFilters: [excluded] })).toEqual(expected);
  });

  test('wins over a filter', () => {
    expect(judged('issues.opened', { filters: [{ event: 'issues' }], excludeFilters: [{ author: 'bob' }, { action: 'opened' }] })).toEqual(miss('excludeFilters[1]', 'issues, opened'));
  });
});
