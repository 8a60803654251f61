import { Duration } from 'cdk8s';
import { type GitHubPullRequestsOptions, GitHubReporting, Trigger } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from '../expect-synth';
import { refusedTrigger, renderedSpawner, spawnerOf } from './spawner-of';

describe('a trigger for pull requests', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth(spawnerOf(Trigger.githubPullRequests()), renderedSpawner({ githubPullRequests: {} }));
  });

  test('is rendered with everything that can be asked for', () => {
    const own = {
      repo: 'acme/shop',
      labels: ['bug'],
      excludeLabels: ['wip'],
      state: 'closed',
      draft: false,
      author: 'ann',
      excludeAuthors: ['mallory'],
      reviewState: 'changes_requested',
      filePatterns: { include: ['src/**/*.{ts,tsx}'], exclude: ['**/*.md'] },
      commentPolicy: { triggerComment: '/bot' },
      priorityLabels: ['urgent'],
    } satisfies GitHubPullRequestsOptions;
    const trigger = Trigger.githubPullRequests({ ...own, reporting: [GitHubReporting.comments(), GitHubReporting.checks('bot')], pollInterval: Duration.minutes(2) });
    expectSynth(spawnerOf(trigger), renderedSpawner({ githubPullRequests: { ...own, reporting: { comments: {}, checks: { name: 'bot' } }, pollInterval: '2m' } }));
  });

  test('has the variables of a pull request', () => {
    expect(Trigger.githubPullRequests().event).toEqual({
      id: '{{.ID}}', number: '{{.Number}}', title: '{{.Title}}', body: '{{.Body}}', url: '{{.URL}}', labels: '{{.Labels}}', comments: '{{.Comments}}', kind: '{{.Kind}}',
      branch: '{{.Branch}}', reviewState: '{{.ReviewState}}', reviewComments: '{{.ReviewComments}}',
    });
  });

  test.each<{ it: string; options: GitHubPullRequestsOptions; lines: string[] }>([
    { it: 'patterns of nothing', options: { filePatterns: {} }, lines: ['.filePatterns.include: is missing; set include or exclude'] },
    { it: 'empty lists of patterns', options: { filePatterns: { include: [], exclude: [] } }, lines: ['.filePatterns.include: is missing; set include or exclude'] },
    { it: 'a glob that does not end', options: { filePatterns: { include: ['src/[a-'] } }, lines: ['.filePatterns.include[0]: is not a glob, got "src/[a-"; a [ begins a class of characters such as [a-z], and this one does not end or holds nothing'] },
    { it: 'a path from the root', options: { filePatterns: { include: ['a'], exclude: ['/docs/**'] } }, lines: ['.filePatterns.exclude[0]: can never match, got "/docs/**"; paths of files begin at the root of the repository, without / and ./; write docs/**'] },
    { it: 'a review that there is not', options: { reviewState: 'rejected' as never }, lines: ['.reviewState: is not one of the accepted values, got "rejected"; allowed are any, approved or changes_requested'] },
    { it: 'the name of a check that is too long', options: { reporting: [GitHubReporting.checks('a'.repeat(101))] }, lines: ['.reporting.checks.name: is too long, got 101 characters; at most 100'] },
    { it: 'labels that exclude each other', options: { labels: ['a'], excludeLabels: ['a'] }, lines: ['.excludeLabels: can never match, got "a"; it is in labels too; take it out of one of them'] },
  ])('is refused for $it', ({ options, lines }) => {
    expectSynth(spawnerOf(Trigger.githubPullRequests(options)), refusedTrigger(...lines));
  });
});
