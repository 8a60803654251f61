import { describe, expect, test } from 'vitest';
import { conversionsOf, ofReference } from './versions.ts';

const { up, down } = conversionsOf('TaskSpawner');
const credentials = { type: 'api-key', secretRef: { name: 'claude' } };
const taskTemplate = { type: 'codex', credentials };
const on = (when: object, rest: object = {}) => ({ when, taskTemplate, ...rest });
const withTemplate = (fields: object) => ({ when: {}, taskTemplate: { ...taskTemplate, ...fields } });
const note = (name: string) => `kelos.dev/v1alpha2-${name}`;

describe('intervals', () => {
  test('up: that of all goes to each trigger without one', () => {
    expect(up(on({ githubIssues: {}, jira: { pollInterval: '1m' }, cron: { schedule: '* * * * *' } }, { pollInterval: '5m' })).spec)
      .toEqual(on({ githubIssues: { pollInterval: '5m' }, jira: { pollInterval: '1m' }, cron: { schedule: '* * * * *' } }));
  });

  test('down: one that all agree on is that of all', () => {
    expect(down(on({ githubIssues: { pollInterval: '1m' }, jira: { pollInterval: '1m' } })).spec).toEqual(on({ githubIssues: { pollInterval: '1m' }, jira: { pollInterval: '1m' } }, { pollInterval: '1m' }));
    expect(down(on({ githubIssues: { pollInterval: '1m' }, jira: { pollInterval: '2m' } })).spec).toEqual(on({ githubIssues: { pollInterval: '1m' }, jira: { pollInterval: '2m' } }));
  });
});

describe('commands in comments', () => {
  test('up: they are part of the policy', () => {
    expect(up(on({ githubIssues: { triggerComment: '/fix', excludeComments: ['/wait'], commentPolicy: { triggerComment: '/go', minimumPermission: 'write' } } })).spec)
      .toEqual(on({ githubIssues: { commentPolicy: { triggerComment: '/go', minimumPermission: 'write', excludeComments: ['/wait'] } } }));
  });

  test('down: a policy without permissions is said without one, and one with permissions stays', () => {
    expect(down(on({ githubIssues: { commentPolicy: { triggerComment: '/fix', excludeComments: ['/wait'] } } })).spec).toEqual(on({ githubIssues: { triggerComment: '/fix', excludeComments: ['/wait'] } }));
    expect(down(on({ githubPullRequests: { commentPolicy: { triggerComment: '/fix', minimumPermission: 'write' } } })).spec).toEqual(on({ githubPullRequests: { commentPolicy: { triggerComment: '/fix', minimumPermission: 'write' } } }));
  });
});

test('down: a template says what its worker says', () => {
  expect(down({ when: {}, taskTemplate: { worker: { ...taskTemplate, model: 'opus', workspaceRef: { name: 'shop' } } } }).spec).toEqual(withTemplate({ model: 'opus', workspaceRef: { name: 'shop' } }));
});

test('a name template is kept, and none leaves no annotation', () => {
  const older = down(withTemplate({ nameTemplate: 'fix-{{.Number}}' }));
  expect(older.spec).toEqual(withTemplate({}));
  expect(ofReference(older)).toEqual({ [note('name-template')]: 'fix-{{.Number}}' });
  expect(up(older.spec!, ofReference(older))).toMatchObject({ metadata: { name: 'fixture' }, spec: withTemplate({ nameTemplate: 'fix-{{.Number}}' }) });
  expect(ofReference(down(withTemplate({}), { [note('name-template')]: 'x' }))).toEqual({});
});

describe('comments of a report', () => {
  const reporting = { enabled: false, comments: { mode: 'Sticky' } };
  test.each(['githubIssues', 'githubPullRequests', 'githubWebhook'])('of %s are switched on in the older version, and come back', (trigger) => {
    const older = down(on({ [trigger]: { reporting } }));
    expect(older.spec).toEqual(on({ [trigger]: { reporting: { enabled: true } } }));
    expect(ofReference(older)).toEqual({ [note('github-comments-reporting')]: JSON.stringify({ [trigger]: { comments: { mode: 'Sticky' } } }) });
    expect(up(older.spec!, ofReference(older)).spec).toEqual(on({ [trigger]: { reporting: { comments: { mode: 'Sticky' } } } }));
    expect(up(older.spec!, older.metadata.annotations).spec).toEqual(on({ [trigger]: { reporting } }));
  });

  test('stay away where somebody switched them off', () => {
    const older = down(on({ githubIssues: { reporting: { comments: {} } } }));
    expect(up(on({ githubIssues: { reporting: { enabled: false } } }), older.metadata.annotations).spec).toEqual(on({ githubIssues: { reporting: { enabled: false } } }));
  });
});

describe('a pool of credentials', () => {
  const pool = [{ name: 'b', type: 'oauth', secretRef: { name: 'two' } }, { name: 'a', type: 'api-key', secretRef: { name: 'one' } }];
  const newer = { when: {}, taskTemplate: { type: 'codex' }, credentials: pool };

  test('shows its first by name, and comes back whole', () => {
    const older = down(newer);
    expect(older.spec).toEqual({ when: {}, taskTemplate: { type: 'codex', credentials: { type: 'api-key', secretRef: { name: 'one' } } } });
    expect(up(older.spec!, ofReference(older)).spec).toEqual(newer);
  });

  test('is gone when somebody chose another', () => {
    expect(up({ when: {}, taskTemplate }, down(newer).metadata.annotations).spec).toEqual({ when: {}, taskTemplate });
  });
});

describe('GitHub Apps of context', () => {
  const auth = { secretRef: { name: 'app' }, apiBaseURL: 'https://ghe.example.com/api/v3' };
  const sources = (githubAppAuth?: object) => withTemplate({ contextSources: [{ name: 'docs', http: { ...githubAppAuth && { githubAppAuth }, url: 'https://a' } }, { name: 'other', http: { url: 'https://b' } }] });

  test('come back to the source that had one', () => {
    const older = down(sources(auth));
    expect(older.spec).toEqual(sources());
    expect(up(older.spec!, ofReference(older)).spec).toEqual(sources(auth));
  });

  test('are nothing where the annotation cannot be read', () => {
    expect(up(sources(), { [note('context-github-app-auth')]: '{' })).toEqual({ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', metadata: { name: 'fixture' }, spec: sources() });
  });
});

test('gateways come back to their triggers', () => {
  const when = { githubWebhook: { events: ['push'], gatewayRef: { name: 'a' } }, webhook: { source: 'x', fieldMapping: { id: '$.id' }, gatewayRef: { name: 'b' } } };
  const older = down(on(when));
  expect(older.spec).toEqual(on({ githubWebhook: { events: ['push'] }, webhook: { source: 'x', fieldMapping: { id: '$.id' } } }));
  expect(ofReference(older)).toEqual({ [note('webhook-gateway-refs')]: JSON.stringify({ github: { name: 'a' }, generic: { name: 'b' } }) });
  expect(up(older.spec!, ofReference(older)).spec).toEqual(on(when));
});

describe('exclusions', () => {
  const excluding = (excludeFilters: unknown) => on({ githubWebhook: { events: ['push'], excludeFilters } });
  const plain = on({ githubWebhook: { events: ['push'] } });
  const put = (filters: unknown) => up(plain, { [note('github-webhook-exclude-filters')]: JSON.stringify(filters) }).spec;

  test('of GitHub come back', () => {
    const older = down(excluding([{ author: 'bot' }]));
    expect(older.spec).toEqual(plain);
    expect(up(older.spec!, ofReference(older)).spec).toEqual(excluding([{ author: 'bot' }]));
  });

  test.each<[string, unknown]>([
    ['one that says nothing', [{ author: 'bot' }, {}]], ['one of a whole event', [{ event: 'push' }]], ['a forbidden criterion', [{ author: 'bot', bodyContains: 'x' }]],
    ['one without the event it is for', [{ state: 'open' }]], ['a conclusion that there is not', [{ event: 'check_run', conclusion: 'maybe' }]], ['a long author', [{ pullRequestAuthor: 'a'.repeat(65) }]],
    ['more than there may be', Array.from({ length: 21 }, () => ({ author: 'bot' }))], ['no list', { author: 'bot' }],
  ])('of GitHub do not come back with %s', (_, filters) => {
    expect(put(filters)).toEqual(plain);
  });

  test.each<[string, unknown, boolean]>([
    ['channels', [{ channels: ['C012345678'] }], true], ['no channel', [{ channels: [] }], false], ['a channel twice', [{ channels: ['C012345678', 'C012345678'] }], false], ['what is no channel', [{ channels: ['general'] }], false],
  ])('of Slack with %s', (_, filters, comesBack) => {
    expect(up(on({ slack: {} }), { [note('slack-exclude-filters')]: JSON.stringify(filters) }).spec).toEqual(on({ slack: comesBack ? { excludeFilters: filters } : {} }));
  });
});

test('what the reference loses of a filter comes back, unless somebody changed the filters', () => {
  const filters = [{ event: 'check_run', checkName: 'build', conclusion: 'failure', pullRequestAuthor: 'ada' }, { event: 'issue_comment', commentOn: '' }];
  const older = down(on({ githubWebhook: { events: ['check_run'], filters } }));
  expect(older.spec).toEqual(on({ githubWebhook: { events: ['check_run'], filters: [{ event: 'check_run' }, { event: 'issue_comment' }] } }));
  expect(up(older.spec!, older.metadata.annotations).spec).toEqual(on({ githubWebhook: { events: ['check_run'], filters } }));
  expect(up(on({ githubWebhook: { events: ['check_run'], filters: [{ event: 'check_run', action: 'completed' }] } }), older.metadata.annotations).spec)
    .toEqual(on({ githubWebhook: { events: ['check_run'], filters: [{ event: 'check_run', action: 'completed' }] } }));
});

test('a generic webhook keeps its exclusions', () => {
  const webhook = { source: 'x', fieldMapping: { id: '$.id' }, excludeFilters: [{ field: '$.test', value: 'true' }] };
  const older = down(on({ webhook }));
  expect(up(older.spec!, older.metadata.annotations).spec).toEqual(on({ webhook }));
});

describe('a trigger that the older version does not have', () => {
  const forges = { gitlabIssues: { project: 'acme/shop' }, gitlabMergeRequests: {}, giteaIssues: { pollInterval: '1m' }, giteaPullRequests: { reporting: { comments: { mode: 'Sticky' } } } };

  test.each(Object.entries(forges))('%s is left out there, and comes back', (name, trigger) => {
    const older = down(on({ [name]: trigger, cron: { schedule: '0 9 * * 1' } }));
    expect(older.spec).toEqual(on({ cron: { schedule: '0 9 * * 1' } }));
    expect(ofReference(older)).toEqual({});
    expect(up(older.spec!, older.metadata.annotations).spec).toEqual(on({ [name]: trigger, cron: { schedule: '0 9 * * 1' } }));
  });

  test('comes back beside what was changed there', () => {
    const older = down(on({ gitlabIssues: forges.gitlabIssues }));
    expect(up(on({ cron: { schedule: '0 9 * * 1' } }, { suspend: true }), older.metadata.annotations).spec).toEqual(on({ cron: { schedule: '0 9 * * 1' }, gitlabIssues: forges.gitlabIssues }, { suspend: true }));
  });
});
