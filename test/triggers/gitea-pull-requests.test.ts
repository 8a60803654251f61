import { Duration } from 'cdk8s';
import { ForgeReporting, type GiteaPullRequestsOptions, Trigger } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from '../expect-synth';
import { refusedTrigger, renderedSpawner, spawnerOf } from './spawner-of';

const own: GiteaPullRequestsOptions = {
  baseUrl: 'https://forge.example.com',
  repo: 'acme/shop',
  labels: ['bug'],
  excludeLabels: ['needs-input'],
  author: 'ann',
  excludeAuthors: ['mallory'],
  priorityLabels: ['urgent', 'soon'],
  commentPolicy: { triggerComment: '/bot fix', excludeComments: ['/bot stop'], allowedUsers: ['ann'], minimumPermission: 'write' },
  state: 'closed',
  draft: true,
  reviewState: 'approved',
  filePatterns: { exclude: ['**/*.md'] },
};

describe('a trigger for pull requests of Gitea', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth(spawnerOf(Trigger.giteaPullRequests()), renderedSpawner({ giteaPullRequests: {} }));
  });

  test('is rendered with everything that can be asked for', () => {
    const trigger = Trigger.giteaPullRequests({ ...own, reporting: [ForgeReporting.comments(), ForgeReporting.commitStatus('bot')], pollInterval: Duration.minutes(2) });
    expectSynth(spawnerOf(trigger), renderedSpawner({ giteaPullRequests: { ...own, reporting: { comments: {}, commitStatus: { name: 'bot' } }, pollInterval: '2m' } }));
  });

  test('has the variables of a pull request', () => {
    expect(Trigger.giteaPullRequests().event).toEqual({
      id: '{{.ID}}', number: '{{.Number}}', title: '{{.Title}}', body: '{{.Body}}', url: '{{.URL}}', labels: '{{.Labels}}', comments: '{{.Comments}}', kind: '{{.Kind}}',
      branch: '{{.Branch}}', reviewState: '{{.ReviewState}}', reviewComments: '{{.ReviewComments}}',
    });
  });

  test.each<{ it: string; options: GiteaPullRequestsOptions; lines: string[] }>([
    { it: 'comments twice', options: { reporting: [ForgeReporting.comments(), ForgeReporting.comments('Sticky')] }, lines: ['.reporting[1]: says the same thing twice, got ForgeReporting.comments; keep one of them'] },
    { it: 'reporting without the compiler', options: { reporting: ForgeReporting.comments() as never }, lines: ['.reporting: has the wrong type, got an object; it has to be a list; pass [ForgeReporting.comments()]'] },
    { it: 'patterns of nothing', options: { filePatterns: {} }, lines: ['.filePatterns.include: is missing; set include or exclude'] },
  ])('is refused for $it', ({ options, lines }) => {
    expectSynth(spawnerOf(Trigger.giteaPullRequests(options)), refusedTrigger(...lines));
  });
});
