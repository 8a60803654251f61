import { type Chart, Duration } from 'cdk8s';
import { CodingAgent, Credentials, type JiraOptions, SecretRef, TaskSpawner, Trigger } from 'cdk8s-taskwright';
import { describe, test } from 'vitest';
import { expectSynth } from '../expect-synth';

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const usual: JiraOptions = { baseUrl: 'https://acme.atlassian.net', project: 'SHOP', secret: SecretRef.fromName('jira') };
const spawner = (options: Partial<JiraOptions>, name = 'bugs') => (chart: Chart) => {
  const trigger = Trigger.jira({ ...usual, ...options });
  return new TaskSpawner(chart, 'bugs', { metadata: { name }, trigger, agent, prompt: `${trigger.event.id}: ${trigger.event.title}` });
};
const rendered = (jira: object, name = 'bugs') => [{
  apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', metadata: { name }, spec: { when: { jira }, taskTemplate: { worker: { type: 'claude-code', credentials: { type: 'none' } }, promptTemplate: '{{.ID}}: {{.Title}}' } },
}];
const least = { baseUrl: 'https://acme.atlassian.net', project: 'SHOP', secretRef: { name: 'jira' } };

describe('a trigger for Jira', () => {
  test.each<[string, Partial<JiraOptions>, object]>([
    ['nothing that was not asked for', {}, least],
    ['everything that can be asked for', { jql: 'status = Open ORDER BY created', pollInterval: Duration.seconds(30) }, { ...least, jql: 'status = Open ORDER BY created', pollInterval: '30s' }],
    ['a Jira of one\'s own, with a token alone', { baseUrl: 'http://jira:8080/base', secret: SecretRef.fromName('jira', { keys: ['JIRA_TOKEN'] }) }, { ...least, baseUrl: 'http://jira:8080/base' }],
    ['a Jira in the cloud, with a token and a user', { secret: SecretRef.fromName('jira', { keys: ['JIRA_TOKEN', 'JIRA_USER'] }) }, least],
    ['parentheses in texts', { jql: 'summary ~ "a ) b" and (status = Open or summary ~ "say \\"(\\"")' }, { ...least, jql: 'summary ~ "a ) b" and (status = Open or summary ~ "say \\"(\\"")' }],
    ['a field that begins like an order', { jql: '"order bypass" = 1' }, { ...least, jql: '"order bypass" = 1' }],
  ])('is rendered with %s', (_, options, jira) => expectSynth(spawner(options), rendered(jira)));

  test.each<[string, Partial<JiraOptions>, string[]]>([
    ['a host alone', { baseUrl: 'acme.atlassian.net' }, ['trigger.baseUrl: is not a usable URL, got "acme.atlassian.net"; it has to look like https://acme.atlassian.net']],
    ['a password in the URL', { baseUrl: 'https://bot:key@jira.example.com' }, ['trigger.baseUrl: carries credentials in the URL, got "https://***@jira.example.com"; take them out: they belong into the Secret']],
    ['a token in the URL', { baseUrl: 'https://key@jira.example.com' }, ['trigger.baseUrl: carries credentials in the URL, got "https://***@jira.example.com"; take them out: they belong into the Secret']],
    ['a place on a page', { baseUrl: 'https://jira.example.com/#SHOP' }, ['trigger.baseUrl: is not a usable URL, got "https://jira.example.com/#SHOP"; it has to look like https://acme.atlassian.net, without ? and #']],
    ['the name of a project', { project: 'The shop' }, ['trigger.project: does not have the right form, got "The shop"; it has to be the key of a project, such as SHOP']],
    ['no Secret', { secret: undefined as never }, ['trigger.secret: is missing; it needs a Secret; pass the Secret, or SecretRef.fromName(…)']],
    ['a Secret without a token', { baseUrl: 'https://jira.example.com', secret: SecretRef.fromName('jira', { keys: ['token'] }) }, ['trigger.secret: names a Secret without the key that is read from it, got "jira" with only token; Jira reads JIRA_TOKEN; rename the key, or pass another Secret than jira']],
    ['a Secret without a user in the cloud', { secret: SecretRef.fromName('jira', { keys: ['JIRA_TOKEN'] }) }, [
      'trigger.secret: names a Secret without the key that is read from it, got "jira" with only JIRA_TOKEN; Jira reads JIRA_TOKEN, JIRA_USER; rename the key, or pass another Secret than jira',
    ]],
    ['a Secret without a user in the cloud, by a longer URL', { baseUrl: 'https://ACME.atlassian.net/', secret: SecretRef.fromName('jira', { keys: ['JIRA_TOKEN'] }) }, [
      'trigger.secret: names a Secret without the key that is read from it, got "jira" with only JIRA_TOKEN; Jira reads JIRA_TOKEN, JIRA_USER; rename the key, or pass another Secret than jira',
    ]],
    ['an order alone', { jql: 'order  by created' }, ['trigger.jql: does not have the right form, got "order  by created"; a condition has to stand in it, before any ORDER BY; leave jql out for every issue of the project']],
    ['an empty condition', { jql: ' ' }, ['trigger.jql: does not have the right form, got " "; a condition has to stand in it, before any ORDER BY; leave jql out for every issue of the project']],
    ['a way to other projects', { jql: 'status = Open) OR (status = Open' }, ['trigger.jql: does not have the right form, got "status = Open) OR (status = Open"; it closes a parenthesis that it did not open']],
    ['an open parenthesis', { jql: '(status = Open' }, ['trigger.jql: does not have the right form, got "(status = Open"; it opens a parenthesis that it does not close']],
    ['an open text', { jql: 'summary ~ "shop' }, ['trigger.jql: does not have the right form, got "summary ~ \\"shop"; it opens a " that it does not close']],
    ['no time between two looks', { pollInterval: Duration.millis(999) }, ['trigger.pollInterval: is too small, got 0.999s; at least a second']],
    ['a number for a time', { pollInterval: 30 as never }, ['trigger.pollInterval: has the wrong type, got a number; pass a Duration, for example Duration.hours(1)']],
  ])('says that it has %s', (_, options, refused) => expectSynth(spawner(options), { refused: refused.map((line) => `[fleet/bugs] ${line}`) }));

  test('leaves room for the key of an issue in the names of its Tasks', () => {
    expectSynth(spawner({}, 'b'.repeat(50)), rendered(least, 'b'.repeat(50)));
    expectSynth(spawner({}, 'b'.repeat(51)), { refused: ['[fleet/bugs] metadata.name: is too long, got 51 characters; at most 50, since its Tasks are called like it with up to 13 more; shorten the name, or set nameTemplate'] });
  });
});
