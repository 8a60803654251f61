import { Duration } from 'cdk8s';
import { type GitHubIssuesOptions, GitHubReporting, Trigger } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from '../expect-synth';
import { refusedTrigger, renderedSpawner, spawnerOf } from './spawner-of';

describe('a trigger for issues', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth(spawnerOf(Trigger.githubIssues()), renderedSpawner({ githubIssues: {} }));
  });

  test('is rendered with everything that can be asked for', () => {
    const trigger = Trigger.githubIssues({
      repo: 'acme/shop',
      types: ['issues', 'pulls'],
      labels: ['bug'],
      excludeLabels: ['needs-input'],
      state: 'all',
      assignee: '*',
      author: 'ann',
      excludeAuthors: ['mallory'],
      commentPolicy: { triggerComment: '/bot fix', excludeComments: ['/bot stop'], allowedUsers: ['ann'], allowedTeams: ['acme/core'], minimumPermission: 'write' },
      priorityLabels: ['urgent', 'soon'],
      reporting: [GitHubReporting.comments('Sticky')],
      pollInterval: Duration.seconds(90),
    });
    expectSynth(spawnerOf(trigger), renderedSpawner({ githubIssues: {
      repo: 'acme/shop',
      types: ['issues', 'pulls'],
      labels: ['bug'],
      excludeLabels: ['needs-input'],
      state: 'all',
      assignee: '*',
      author: 'ann',
      excludeAuthors: ['mallory'],
      commentPolicy: { triggerComment: '/bot fix', excludeComments: ['/bot stop'], allowedUsers: ['ann'], allowedTeams: ['acme/core'], minimumPermission: 'write' },
      priorityLabels: ['urgent', 'soon'],
      reporting: { comments: { mode: 'Sticky' } },
      pollInterval: '90s',
    } }));
  });

  test.each([
    [Duration.seconds(60), '60s'], [Duration.minutes(5), '5m'], [Duration.minutes(1.5), '90s'], [Duration.hours(2), '2h'], [Duration.days(1), '24h'], [Duration.millis(1500), '1.5s'],
  ])('is rendered with an interval in the unit of the program: %s', (pollInterval, text) => {
    expectSynth(spawnerOf(Trigger.githubIssues({ pollInterval })), renderedSpawner({ githubIssues: { pollInterval: text } }));
  });

  test('has the variables of an issue', () => {
    expect(Trigger.githubIssues().event).toEqual({
      id: '{{.ID}}', number: '{{.Number}}', title: '{{.Title}}', body: '{{.Body}}', url: '{{.URL}}', labels: '{{.Labels}}', comments: '{{.Comments}}', kind: '{{.Kind}}',
    });
  });

  test.each<{ it: string; options: GitHubIssuesOptions; lines: string[] }>([
    { it: 'a repository by a word', options: { repo: 'shop' }, lines: ['repo: does not have the right form, got "shop"; it has to be owner/repo, or a URL such as https://github.com/owner/repo'] },
    { it: 'labels that exclude each other', options: { labels: ['a', 'b'], excludeLabels: ['b'] }, lines: ['excludeLabels: can never match, got "b"; it is in labels too; take it out of one of them'] },
    { it: 'an author who is ruled out', options: { author: 'ann', excludeAuthors: ['ann'] }, lines: ['excludeAuthors: can never match, got "ann"; it is the author too; take it out of one of them'] },
    { it: 'a priority twice', options: { priorityLabels: ['a', 'b', 'a'] }, lines: ['priorityLabels: is used twice, got "a"; keep one of them'] },
    { it: 'no pause between two looks', options: { pollInterval: Duration.millis(999) }, lines: ['pollInterval: is too small, got 0.999s; at least a second'] },
    { it: 'something else than issues', options: { types: ['discussions' as never] }, lines: ['types: is not one of the accepted values, got "discussions"; one of issues and pulls'] },
    { it: 'a state that there is not', options: { state: 'merged' as never }, lines: ['state: is not one of the accepted values, got "merged"; allowed are all, closed or open'] },
    { it: 'a check run of an issue', options: { reporting: [GitHubReporting.checks()] }, lines: ['reporting[0]: reports on a commit that there is not, got GitHubReporting.checks; pass GitHubReporting.comments()'] },
    { it: 'comments twice', options: { reporting: [GitHubReporting.comments(), GitHubReporting.comments('Sticky')] }, lines: ['reporting[1]: says the same thing twice, got GitHubReporting.comments; keep one of them'] },
    { it: 'reporting without the compiler', options: { reporting: GitHubReporting.comments() as never }, lines: ['reporting: has the wrong type, got an object; it has to be a list; pass [GitHubReporting.comments()]'] },
    { it: 'an interval without the compiler', options: { pollInterval: '1m' as never }, lines: ['pollInterval: has the wrong type, got a string; pass a Duration, for example Duration.hours(1)'] },
    { it: 'who may give commands, and no command', options: { commentPolicy: { allowedUsers: ['ann'] } }, lines: ['commentPolicy.triggerComment: is missing; who may give commands says nothing without a command; set triggerComment or excludeComments'] },
    { it: 'a policy of nothing', options: { commentPolicy: {} }, lines: ['commentPolicy.triggerComment: is missing; set triggerComment or excludeComments'] },
    { it: 'a command in two lines', options: { commentPolicy: { triggerComment: '/bot\nfix' } }, lines: ['commentPolicy.triggerComment: can never match, got "/bot\\nfix"; a command is one line, without spaces around it'] },
    { it: 'a command with a space behind it', options: { commentPolicy: { excludeComments: ['/stop', '/halt '] } }, lines: ['commentPolicy.excludeComments[1]: can never match, got "/halt "; a command is one line, without spaces around it'] },
    { it: 'one word for both', options: { commentPolicy: { triggerComment: '/bot', excludeComments: ['/bot'] } }, lines: ['commentPolicy.excludeComments: says the same thing twice, got "/bot"; it is the triggerComment too; choose another word for one of them'] },
    { it: 'a team without its organization', options: { commentPolicy: { triggerComment: '/bot', allowedTeams: ['core'] } }, lines: ['commentPolicy.allowedTeams[0]: does not have the right form, got "core"; it has to match ^[^/]+/[^/]+$'] },
  ])('is refused for $it', ({ options, lines }) => {
    expectSynth(spawnerOf(Trigger.githubIssues(options)), refusedTrigger(...lines.map((line) => `.${line}`)));
  });

  test.each(['acme/shop', 'https://github.com/acme/shop', 'https://github.example.com/acme/shop.git', 'git@github.com:acme/shop.git'])('takes the repository %s', (repo) => {
    expectSynth(spawnerOf(Trigger.githubIssues({ repo })), renderedSpawner({ githubIssues: { repo } }));
  });
});
