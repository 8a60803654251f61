import { Duration } from 'cdk8s';
import { ForgeReporting, type GiteaIssuesOptions, Trigger } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from '../expect-synth';
import { refusedTrigger, renderedSpawner, spawnerOf } from './spawner-of';

const own: GiteaIssuesOptions = {
  baseUrl: 'https://forge.example.com',
  repo: 'acme/shop',
  labels: ['bug'],
  excludeLabels: ['needs-input'],
  author: 'ann',
  excludeAuthors: ['mallory'],
  priorityLabels: ['urgent', 'soon'],
  commentPolicy: { triggerComment: '/bot fix', excludeComments: ['/bot stop'], allowedUsers: ['ann'], minimumPermission: 'write' },
  state: 'all',
  assignee: 'none',
};

describe('a trigger for issues of Gitea', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth(spawnerOf(Trigger.giteaIssues()), renderedSpawner({ giteaIssues: {} }));
  });

  test('is rendered with everything that can be asked for', () => {
    const trigger = Trigger.giteaIssues({ ...own, reporting: [ForgeReporting.comments('Sticky')], pollInterval: Duration.minutes(2) });
    expectSynth(spawnerOf(trigger), renderedSpawner({ giteaIssues: { ...own, reporting: { comments: { mode: 'Sticky' } }, pollInterval: '2m' } }));
  });

  test('has the variables of an issue', () => {
    expect(Trigger.giteaIssues().event).toEqual({
      id: '{{.ID}}', number: '{{.Number}}', title: '{{.Title}}', body: '{{.Body}}', url: '{{.URL}}', labels: '{{.Labels}}', comments: '{{.Comments}}', kind: '{{.Kind}}',
    });
  });

  test.each<{ it: string; options: GiteaIssuesOptions; lines: string[] }>([
    { it: 'an author who is ruled out', options: { author: 'ann', excludeAuthors: ['ann'] }, lines: ['.excludeAuthors: can never match, got "ann"; it is the author too; take it out of one of them'] },
    { it: 'a status of an issue', options: { reporting: [ForgeReporting.commitStatus()] }, lines: ['.reporting.commitStatus: is not a known field; known are comments'] },
    { it: 'who may give commands, and no command', options: { commentPolicy: { minimumPermission: 'write' } }, lines: ['.commentPolicy.triggerComment: is missing; who may give commands says nothing without a command; set triggerComment or excludeComments'] },
  ])('is refused for $it', ({ options, lines }) => {
    expectSynth(spawnerOf(Trigger.giteaIssues(options)), refusedTrigger(...lines));
  });
});
