import type { Chart } from 'cdk8s';
import { GitHubReporting, GitHubWebhookFilter, type GitHubWebhookOptions, SecretRef, Trigger, WebhookGateway, WebhookSource } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { gitHubEvents } from '../../src/private/event-variables';
import { expectSynth } from '../expect-synth';
import { refusedTrigger, renderedSpawner, spawnerOf } from './spawner-of';

const synth = (options: GitHubWebhookOptions) => spawnerOf(Trigger.githubWebhook(options));

describe('a trigger for webhooks of GitHub', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth(synth({ events: ['push'] }), renderedSpawner({ githubWebhook: { events: ['push'] } }));
  });

  test('listens to what its filters are for', () => {
    expectSynth(synth({ filters: [GitHubWebhookFilter.issues({ action: 'opened' }), GitHubWebhookFilter.issues({ action: 'labeled' }), GitHubWebhookFilter.push()] }), renderedSpawner({ githubWebhook: {
      events: ['issues', 'push'],
      filters: [{ event: 'issues', action: 'opened' }, { event: 'issues', action: 'labeled' }, { event: 'push' }],
    } }));
  });

  test('is rendered with everything that can be asked for', () => {
    const trigger = Trigger.githubWebhook({
      events: ['issues', 'issue_comment', 'pull_request', 'pull_request_review', 'pull_request_review_comment', 'push', 'create', 'release', 'check_run', 'workflow_run', 'discussion', 'discussion_comment', 'star'],
      repository: 'acme/shop',
      excludeAuthors: ['shop-bot[bot]'],
      filters: [
        GitHubWebhookFilter.issues({ action: 'opened', author: 'ann', excludeAuthors: ['mallory'], state: 'open', labels: ['bug'], excludeLabels: ['wip'], bodyPattern: '(?i)crash', excludeBodyPatterns: ['^wip'] }),
        GitHubWebhookFilter.issueComment({ commentOn: 'PullRequest', pullRequestAuthor: 'shop-bot', branch: 'bot-*' }),
        GitHubWebhookFilter.pullRequest({ draft: false, filePatterns: { include: ['src/**'], exclude: ['**/*.md'] } }),
        GitHubWebhookFilter.pullRequestReview(),
        GitHubWebhookFilter.pullRequestReviewComment(),
        GitHubWebhookFilter.push({ branch: 'main' }),
        GitHubWebhookFilter.create({ tag: 'v*' }),
        GitHubWebhookFilter.release({ action: 'published' }),
        GitHubWebhookFilter.checkRun({ checkName: 'test*', conclusion: 'failure' }),
        GitHubWebhookFilter.workflowRun({ checkName: 'ci', conclusion: 'failure', branch: 'main' }),
        GitHubWebhookFilter.discussion({ labels: ['ideas'], bodyPattern: 'agent' }),
        GitHubWebhookFilter.discussionComment({ bodyPattern: '^/bot' }),
        GitHubWebhookFilter.otherEvent('star'),
      ],
      excludeFilters: [GitHubWebhookFilter.everyEvent({ branch: 'release/*', tag: 'v0.*', pullRequestAuthor: 'renovate[bot]' }), GitHubWebhookFilter.issues({ labels: ['spam'] })],
      reporting: [GitHubReporting.comments('Sticky'), GitHubReporting.checks()],
      gateway: WebhookGateway.fromWebhookGatewayName('hooks'),
    });
    expectSynth(spawnerOf(trigger), renderedSpawner({ githubWebhook: {
      events: ['issues', 'issue_comment', 'pull_request', 'pull_request_review', 'pull_request_review_comment', 'push', 'create', 'release', 'check_run', 'workflow_run', 'discussion', 'discussion_comment', 'star'],
      repository: 'acme/shop',
      excludeAuthors: ['shop-bot[bot]'],
      filters: [
        { event: 'issues', action: 'opened', author: 'ann', excludeAuthors: ['mallory'], state: 'open', labels: ['bug'], excludeLabels: ['wip'], bodyPattern: '(?i)crash', excludeBodyPatterns: ['^wip'] },
        { event: 'issue_comment', commentOn: 'PullRequest', pullRequestAuthor: 'shop-bot', branch: 'bot-*' },
        { event: 'pull_request', draft: false, filePatterns: { include: ['src/**'], exclude: ['**/*.md'] } },
        { event: 'pull_request_review' },
        { event: 'pull_request_review_comment' },
        { event: 'push', branch: 'main' },
        { event: 'create', tag: 'v*' },
        { event: 'release', action: 'published' },
        { event: 'check_run', checkName: 'test*', conclusion: 'failure' },
        { event: 'workflow_run', checkName: 'ci', conclusion: 'failure', branch: 'main' },
        { event: 'discussion', labels: ['ideas'], bodyPattern: 'agent' },
        { event: 'discussion_comment', bodyPattern: '^/bot' },
        { event: 'star' },
      ],
      excludeFilters: [{ branch: 'release/*', tag: 'v0.*', pullRequestAuthor: 'renovate[bot]' }, { event: 'issues', labels: ['spam'] }],
      reporting: { comments: { mode: 'Sticky' }, checks: {} },
      gatewayRef: { name: 'hooks' },
    } }));
  });

  test('reads what all of its events have with a dot, and what only some have so that it may be missing', () => {
    const { number, body, branch, checkName, changedFiles } = Trigger.githubWebhook({ events: ['pull_request', 'push'] }).event;
    expect({ number, body, branch, checkName, changedFiles }).toEqual({
      number: '{{with index . "Number"}}{{.}}{{end}}',
      body: '{{with index . "Body"}}{{.}}{{end}}',
      branch: '{{with index . "Branch"}}{{.}}{{end}}',
      checkName: '{{.CheckName}}',
      changedFiles: '{{range .ChangedFiles}}{{.}}{{"\\n"}}{{end}}',
    });
    expect(Trigger.githubWebhook({ events: ['pull_request', 'pull_request_review'] }).event.branch).toBe('{{.Branch}}');
  });

  test.each<{ it: string; options: GitHubWebhookOptions; lines: string[] }>([
    { it: 'no events', options: {}, lines: ['.events: is missing; name the events, or pass filters'] },
    { it: 'an event that there is not', options: { events: ['isues'] }, lines: ['.events: is not one of the accepted values, got "isues"; it has to be the name of an event of GitHub; did you mean issues?'] },
    { it: 'an event twice', options: { events: ['push', 'push'] }, lines: ['.events: is used twice, got "push"; keep one of them'] },
    { it: 'more than 20 events', options: { events: gitHubEvents().slice(0, 21) }, lines: ['.events: has too many items, got 21; at most 20'] },
    { it: 'a repository by its URL', options: { events: ['push'], repository: 'https://github.com/acme/shop' }, lines: ['.repository: does not have the right form, got "https://github.com/acme/shop"; it has to be owner/repo'] },
    { it: 'an event without a filter', options: { events: ['push', 'issues'], filters: [GitHubWebhookFilter.push()] }, lines: ['.events: can never match, got "issues"; none of the filters is for it, which rules it out; add GitHubWebhookFilter.otherEvent("issues"), or take it out'] },
    { it: 'a filter without its event', options: { events: ['push'], filters: [GitHubWebhookFilter.push(), GitHubWebhookFilter.issues()] }, lines: ['.filters[1]: can never match, got "issues"; the trigger listens to push; add it to events'] },
    { it: 'a filter for every event', options: { events: ['push'], filters: [GitHubWebhookFilter.everyEvent({ branch: 'main' }), GitHubWebhookFilter.push()] }, lines: ['.filters[0].event: is missing; only an exclusion may be for every event; pass GitHubWebhookFilter.issueComment({ … }) or another'] },
    { it: 'a pattern that looks ahead', options: { filters: [GitHubWebhookFilter.issues({ bodyPattern: 'a(?=b)' })] }, lines: ['.filters[0].bodyPattern: is not a regular expression of RE2, got "a(?=b)"; invalid or unsupported Perl syntax: `(?=`; RE2 does not look ahead or behind; say it with a second pattern'] },
    { it: 'a pattern that is not closed', options: { filters: [GitHubWebhookFilter.issues({ excludeBodyPatterns: ['ok', '(a'] })] }, lines: ['.filters[0].excludeBodyPatterns[1]: is not a regular expression of RE2, got "(a"; missing closing ): `(a`'] },
    { it: 'a glob that does not end', options: { filters: [GitHubWebhookFilter.push({ branch: 'release/[0-9' })] }, lines: ['.filters[0].branch: is not a glob, got "release/[0-9"; a [ begins a class of characters such as [a-z], and this one does not end or holds nothing'] },
    { it: 'labels that exclude each other', options: { filters: [GitHubWebhookFilter.issues({ labels: ['a'], excludeLabels: ['a'] })] }, lines: ['.filters[0].excludeLabels: can never match, got "a"; it is in labels too; take it out of one of them'] },
    { it: 'an author who is ruled out', options: { filters: [GitHubWebhookFilter.push({ author: 'ann', excludeAuthors: ['ann'] })] }, lines: ['.filters[0].excludeAuthors: can never match, got "ann"; it is the author too; take it out of one of them'] },
    { it: 'an exclusion of everything', options: { events: ['push'], excludeFilters: [GitHubWebhookFilter.push()] }, lines: ['.excludeFilters[0].action: is missing; an exclusion without criteria would keep every event out; say which'] },
    { it: 'an exclusion by what it cannot ask', options: { events: ['push'], excludeFilters: [GitHubWebhookFilter.push({ excludeAuthors: ['ann'] })] }, lines: ['.excludeFilters[0].excludeAuthors: cannot be asked by an exclusion; leave it out, or put it into a filter'] },
    { it: 'a check run of a push', options: { events: ['push'], reporting: [GitHubReporting.checks()] }, lines: ['.reporting[0]: reports on a commit that there is not, got GitHubReporting.checks; listen to pull_request, or filter issue_comment by commentOn: \'PullRequest\''] },
    { it: 'a check run of a comment on an issue', options: { filters: [GitHubWebhookFilter.issueComment({ commentOn: 'PullRequest' }), GitHubWebhookFilter.issueComment()], reporting: [GitHubReporting.checks()] }, lines: ['.reporting[0]: reports on a commit that there is not, got GitHubReporting.checks; listen to pull_request, or filter issue_comment by commentOn: \'PullRequest\''] },
    { it: 'what was made without the compiler', options: { events: 'push' as never, filters: [{ event: 'push' }] as never, excludeFilters: {} as never }, lines: [
      '.events: has the wrong type, got a string; it has to be a list',
      '.filters[0]: has the wrong type, got an object; pass GitHubWebhookFilter.issueComment({ … }) or another',
      '.excludeFilters: has the wrong type, got an object; it has to be a list',
    ] },
    { it: 'a login that is too long', options: { events: ['push'], excludeFilters: [GitHubWebhookFilter.everyEvent({ pullRequestAuthor: 'a'.repeat(65) })] }, lines: ['.excludeFilters[0].pullRequestAuthor: is too long, got 65 characters; at most 64'] },
  ])('is refused for $it', ({ options, lines }) => {
    expectSynth(synth(options), refusedTrigger(...lines));
  });

  test.each<{ it: string; options: GitHubWebhookOptions }>([
    { it: 'of a pull request', options: { events: ['push', 'pull_request_target'] } },
    { it: 'of comments that are all on pull requests', options: { filters: [GitHubWebhookFilter.issueComment({ commentOn: 'PullRequest' })] } },
  ])('may report in check runs $it', ({ options }) => {
    expectSynth(synth({ ...options, reporting: [GitHubReporting.checks()] }), [expect.objectContaining({ kind: 'TaskSpawner' })]);
  });

  const comments = [GitHubReporting.comments()];
  const wakes = '.reporting[0]: would wake itself; it listens to issue_comment, and its own comments are some; add the login that it comments with to excludeAuthors, or ask for an author or a bodyPattern in the filters';
  test.each<{ it: string; options: GitHubWebhookOptions; lines: string[] }>([
    { it: 'every comment', options: { events: ['issue_comment'] }, lines: [wakes] },
    { it: 'every comment on a pull request', options: { filters: [GitHubWebhookFilter.issueComment({ commentOn: 'PullRequest' }), GitHubWebhookFilter.issueComment({ author: 'ann' })] }, lines: [wakes] },
    { it: 'comments that are no commands', options: { filters: [GitHubWebhookFilter.issueComment({ bodyPattern: '^/bot' })] }, lines: [] },
    { it: 'comments of somebody', options: { filters: [GitHubWebhookFilter.issueComment({ author: 'ann' })] }, lines: [] },
    { it: 'comments of others', options: { events: ['issue_comment'], excludeAuthors: ['shop-bot[bot]'] }, lines: [] },
    { it: 'what is not excluded', options: { events: ['issue_comment'], excludeFilters: [GitHubWebhookFilter.everyEvent({ author: 'shop-bot[bot]' })] }, lines: [] },
    { it: 'issues', options: { events: ['issues'] }, lines: [] },
  ])('that tells in comments, and listens to $it, wakes itself: $lines.length', ({ options, lines }) => {
    expectSynth(synth({ ...options, reporting: comments }), lines.length > 0 ? refusedTrigger(...lines) : [expect.objectContaining({ kind: 'TaskSpawner' })]);
  });

  test('listens to a gateway of the program that takes deliveries of GitHub', () => {
    const listening = (source: WebhookSource) => (chart: Chart) => {
      const gateway = new WebhookGateway(chart, 'hooks', { metadata: { name: 'hooks' }, source });
      spawnerOf(Trigger.githubWebhook({ events: ['push'], gateway }))(chart);
    };
    expectSynth(listening(WebhookSource.generic()), refusedTrigger('.gateway: can never match, got WebhookGateway "hooks"; it takes deliveries of any JSON; pass one with WebhookSource.github(secret)'));
    expectSynth(listening(WebhookSource.github(SecretRef.fromName('secret'))), [expect.objectContaining({ kind: 'WebhookGateway' }), ...renderedSpawner({ githubWebhook: { events: ['push'], gatewayRef: { name: 'hooks' } } })]);
    expectSynth(synth({ events: ['push'], gateway: { name: 'hooks' } }), refusedTrigger('.gateway: refers to something that this program does not define, got WebhookGateway "hooks"; this program defines no WebhookGateway; define it, or pass WebhookGateway.fromWebhookGatewayName("hooks") if it exists already'));
  });
});
