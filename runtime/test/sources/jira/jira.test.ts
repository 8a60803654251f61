import type { TaskSpawnerSpec } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/embedded/virtual-clock.ts';
import { jiraSource } from '../../../src/sources/jira/jira.ts';
import type { SourceError } from '../../../src/sources/source.ts';
import { JiraServer, type JiraServerOptions } from '../../../src/testing/jira-server.ts';
import { aSourceContext } from '../a-source-context.ts';

type Config = NonNullable<TaskSpawnerSpec['when']['jira']>;

const inTheCloud: Config = { baseUrl: 'https://acme.atlassian.net/', project: 'SHOP', secretRef: { name: 'jira' } };
const cloudSecret = { JIRA_TOKEN: 'token\n', JIRA_USER: 'bot@acme.test' };

function aJira(options: Partial<JiraServerOptions> = {}) {
  return new JiraServer({ clock: new VirtualClock(), tokens: { 'bot@acme.test': 'token' }, ...options });
}

function look(jira: JiraServer, { config = {}, secret = cloudSecret, prompt = '{{.Comments}}' }: { config?: Partial<Config>; secret?: Record<string, string> | null; prompt?: string } = {}) {
  const when = { ...inTheCloud, ...config };
  return jiraSource.discover(when, aSourceContext({ when: { jira: when }, fetch: jira.fetch, prompt, secrets: secret ? { jira: secret } : {} }), new Date(0));
}

const problemOf = (promise: Promise<unknown>) => promise.then(() => expect.fail('it was found'), ({ name, message }: SourceError) => `${name}: ${message}`);

test('an issue becomes an event with its text, status, labels and comments', async () => {
  const jira = aJira();
  jira.issues.push({
    key: 'SHOP-42', summary: 'Crash', description: { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'It crashes.' }] }] },
    status: 'In Progress', labels: ['bot', 'urgent'], type: 'Bug', creator: '5b10', comments: ['first', { type: 'doc', content: [{ type: 'text', text: 'second' }] }],
  });
  expect(await look(jira)).toEqual({
    events: [{
      id: 'SHOP-42',
      nameSuffix: 'shop-42',
      summary: 'Jira issue SHOP-42',
      variables: {
        ID: 'SHOP-42', Number: 42n, Title: 'Crash', Body: 'It crashes.', URL: 'https://acme.atlassian.net/browse/SHOP-42', Labels: 'bot, urgent', Comments: 'first\n---\nsecond',
        Kind: 'Bug', Status: 'In Progress', Branch: '', ReviewState: '', ReviewComments: '', Time: '', Schedule: '',
      },
      labels: ['bot', 'urgent'],
      annotations: {},
      origin: { actor: '5b10', subject: 'SHOP-42', text: 'It crashes.', createdAt: new Date('2025-12-31T00:00:00Z'), own: { key: expect.any(String), ask: expect.any(Function) } },
    }],
    skipped: [],
    failed: [],
  });
});

test.each<{ key: string; project: string; nameSuffix: string; number: bigint }>([
  { key: 'SHOP-1', project: 'SHOP', nameSuffix: 'shop-1', number: 1n },
  { key: 'MY_SHOP-7', project: 'MY_SHOP', nameSuffix: 'my-shop-7', number: 7n },
  { key: 'Ä.B-3', project: 'Ä.B', nameSuffix: '--b-3', number: 3n },
])('$key may be a part of a name', async ({ key, project, nameSuffix, number }) => {
  const jira = aJira();
  jira.issues.push({ key, summary: 'x' });
  const { events } = await look(jira, { config: { project } });
  expect(events.map((event) => [event.id, event.nameSuffix, event.variables.Number])).toEqual([[key, nameSuffix, number]]);
});

test('the condition and the order reach Jira', async () => {
  const jira = aJira();
  jira.issues.push({ key: 'SHOP-1', summary: 'a', labels: ['bot'] }, { key: 'SHOP-2', summary: 'b' }, { key: 'OTHER-3', summary: 'c', labels: ['bot'] });
  const { events } = await look(jira, { config: { jql: 'labels = bot ORDER BY created' } });
  expect(events.map(({ id }) => id)).toEqual(['SHOP-1']);
  expect(jira.requests.map((url) => url.searchParams.get('jql'))).toEqual(['project = "SHOP" AND (labels = bot) ORDER BY created']);
});

test('comments that no template reads are not asked for', async () => {
  const jira = aJira();
  jira.issues.push({ key: 'SHOP-1', summary: 'a', comments: Array.from({ length: 30 }, () => 'x') });
  const { events } = await look(jira, { prompt: '{{.Title}}' });
  expect(events.map(({ variables }) => variables.Comments)).toEqual(['']);
  expect(jira.requests.map((url) => [url.pathname, url.searchParams.get('fields')])).toEqual([['/rest/api/2/search/jql', 'summary,description,status,labels,issuetype,creator,created']]);
});

test('of many comments the newest are kept, which a search leaves out', async () => {
  const jira = aJira({ pageSize: 10 });
  jira.issues.push({ key: 'SHOP-1', summary: 'a', comments: Array.from({ length: 40 }, (_, index) => `${index} ${'x'.repeat(5_000)}`) });
  const { events } = await look(jira);
  expect(String(events[0]!.variables.Comments).match(/^\d+/gm)?.map(Number)).toEqual(Array.from({ length: 13 }, (_, index) => 27 + index));
  expect(jira.requests.map((url) => url.pathname)).toEqual(['/rest/api/2/search/jql', '/rest/api/2/issue/SHOP-1/comment', '/rest/api/2/issue/SHOP-1/comment']);
});

test('all pages are read, by their tokens', async () => {
  const jira = aJira({ pageSize: 10 });
  for (let number = 1; number <= 25; number++) jira.issues.push({ key: `SHOP-${number}`, summary: 'x' });
  expect((await look(jira)).events.map(({ variables }) => variables.Number)).toEqual(Array.from({ length: 25 }, (_, index) => BigInt(index + 1)));
  expect(jira.requests.length).toBe(3);
});

test('a server without pages by token is asked by number, with a personal access token', async () => {
  const jira = aJira({ edition: 'data-center', root: 'https://intra.acme.test/jira', pageSize: 10 });
  for (let number = 1; number <= 25; number++) jira.issues.push({ key: `SHOP-${number}`, summary: 'x', comments: ['a'] });
  const { events } = await look(jira, { config: { baseUrl: 'https://intra.acme.test/jira' }, secret: { JIRA_TOKEN: 'token' } });
  expect(events.length).toBe(25);
  expect(events[24]!.variables.URL).toBe('https://intra.acme.test/jira/browse/SHOP-25');
  expect(jira.requests.map((url) => `${url.pathname} ${url.searchParams.get('startAt')}`)).toEqual(['/jira/rest/api/2/search/jql null', '/jira/rest/api/2/search 0', '/jira/rest/api/2/search 10', '/jira/rest/api/2/search 20']);
});

test('a server that stops to know tokens in the middle is asked from there by number', async () => {
  const jira = aJira({ pageSize: 10 });
  for (let number = 1; number <= 15; number++) jira.issues.push({ key: `SHOP-${number}`, summary: 'x' });
  jira.fault = (url) => {
    if (url.searchParams.has('nextPageToken')) return new Response('{}', { status: 404 });
    const startAt = url.searchParams.get('startAt');
    return startAt === null ? undefined : Response.json({ total: 15, issues: jira.issues.slice(Number(startAt)).map(({ key }) => ({ key, fields: {} })) });
  };
  expect((await look(jira)).events.map(({ id }) => id)).toEqual(jira.issues.map(({ key }) => key));
});

test('an issue that a page repeats is one', async () => {
  const jira = aJira({ edition: 'data-center', pageSize: 2 });
  jira.issues.push({ key: 'SHOP-1', summary: 'a' }, { key: 'SHOP-2', summary: 'b' }, { key: 'SHOP-3', summary: 'c' });
  let pages = 0;
  jira.fault = (url) => {
    if (url.pathname.endsWith('/search') && ++pages === 2) jira.issues.unshift({ key: 'SHOP-4', summary: 'moves the others' });
    return undefined;
  };
  expect((await look(jira, { secret: { JIRA_TOKEN: 'token' } })).events.map(({ id }) => id)).toEqual(['SHOP-1', 'SHOP-2', 'SHOP-3']);
});

test('more than 10,000 issues are told of', async () => {
  const jira = aJira();
  const page = (from: number) => Array.from({ length: 100 }, (_, index) => ({ key: `SHOP-${from + index}`, fields: { summary: 'x' } }));
  jira.fault = (url) => {
    const from = Number(url.searchParams.get('nextPageToken') ?? 1);
    return Response.json({ issues: page(from), nextPageToken: String(from + 100), isLast: false });
  };
  const { events, failed } = await look(jira, { prompt: '' });
  expect(events.length).toBe(10_000);
  expect(failed).toEqual([{ id: 'too-many', summary: 'issues after the first 10000', problem: 'the query finds more than are looked at, which are 10000 or 64 MiB; narrow down when.jira.jql' }]);
});

test('more than 64 MiB are told of', async () => {
  const jira = aJira();
  const description = 'x'.repeat(15 * 1024 * 1024);
  let number = 0;
  jira.fault = () => Response.json({ issues: [{ key: `SHOP-${++number}`, fields: { description } }], nextPageToken: 'next' });
  const { events, failed } = await look(jira, { prompt: '' });
  expect([events.length, failed.map(({ summary }) => summary)]).toEqual([5, ['issues after the first 5']]);
});

test('what is wrong with one issue is told of that one', async () => {
  const jira = aJira();
  jira.issues.push({ key: 'SHOP-1', summary: 'a', comments: Array.from({ length: 30 }, () => 'x') }, { key: 'SHOP-2', summary: 'b' });
  jira.fault = (url) => (url.pathname.endsWith('/comment') ? new Response('gone', { status: 502 }) : undefined);
  const { events, failed } = await look(jira);
  expect(events.map(({ id }) => id)).toEqual(['SHOP-2']);
  expect(failed).toEqual([{ id: 'SHOP-1', summary: 'Jira issue SHOP-1', problem: 'its comments cannot be read, Jira at acme.atlassian.net answered with status 502' }]);
});

test('what is no issue is told of, and the others are found', async () => {
  const jira = aJira();
  jira.fault = () => Response.json({ issues: [null, { key: 'SHOP-1' }, { key: 'SHOP-2', fields: { summary: 7, labels: 'x', comment: [], issuetype: null } }], isLast: true });
  const { events, failed } = await look(jira);
  expect(events.map(({ id, labels, variables }) => [id, labels, variables.Title, variables.Kind])).toEqual([['SHOP-2', [], '', 'Issue']]);
  expect(failed.map(({ id }) => id)).toEqual(['issue-1', 'issue-2']);
});

test.each<{ it: string; config?: Partial<Config>; secret?: Record<string, string> | null; fault?: () => Response; problem: string }>([
  { it: 'a Secret that is not there', secret: null, problem: 'SourceError: when.jira.secretRef: there is no Secret "jira"; create it with JIRA_TOKEN, and JIRA_USER for Jira in the cloud' },
  { it: 'one without a token', secret: { JIRA_USER: 'ann' }, problem: 'SourceError: when.jira.secretRef: Secret "jira" has no JIRA_TOKEN; add it' },
  { it: 'a token that is not taken', secret: { JIRA_TOKEN: 'old', JIRA_USER: 'bot@acme.test' }, problem: 'SourceError: when.jira.secretRef: Jira does not take what is in Secret "jira"; in the cloud it needs JIRA_TOKEN and the address of its owner in JIRA_USER, elsewhere a personal access token in JIRA_TOKEN alone' },
  { it: 'a stranger, to whom Jira shows nothing', fault: () => Response.json({ issues: [], isLast: true }, { headers: { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' } }), problem: 'SourceError: when.jira.secretRef: Jira does not take what is in Secret "jira"; in the cloud it needs JIRA_TOKEN and the address of its owner in JIRA_USER, elsewhere a personal access token in JIRA_TOKEN alone' },
  { it: 'an owner who may not look', fault: () => Response.json({ errorMessages: [], errors: { project: 'no permission' } }, { status: 403 }), problem: 'SourceError: when.jira.secretRef: Jira forbids the owner of the token in Secret "jira" to look, "no permission"; let them browse project SHOP' },
  { it: 'a field that Jira does not know', config: { jql: 'teem = shop' }, problem: `SourceError: when.jira.jql: Jira refuses the query, "Field 'teem' does not exist or you do not have permission to view it."; correct project or jql` },
  { it: 'a root that is none', config: { baseUrl: 'https://acme.atlassian.net/wiki' }, fault: () => Response.json({}, { status: 404 }), problem: 'SourceError: when.jira.baseUrl: no Jira answers at https://acme.atlassian.net/wiki; name its root, such as https://acme.atlassian.net' },
  { it: 'a limit', fault: () => new Response('', { status: 429, headers: { 'retry-after': '7' } }), problem: 'SourceError: Jira at acme.atlassian.net limits how often it may be asked; it is asked again when that ends' },
  { it: 'a status of no meaning', fault: () => Response.json({}, { status: 418 }), problem: 'Error: Jira answered with status 418' },
])('$it is told with what to do', async ({ config = {}, secret = cloudSecret, fault, problem }) => {
  const jira = aJira();
  if (fault) jira.fault = fault;
  expect(await problemOf(look(jira, { config, secret }))).toBe(problem);
});

test.each<{ edition: 'cloud' | 'data-center'; secret: Record<string, string>; tokens: Record<string, string>; account: string }>([
  { edition: 'cloud', secret: cloudSecret, tokens: { 'bot@acme.test': 'token' }, account: '5b10' },
  { edition: 'data-center', secret: { JIRA_TOKEN: 'token' }, tokens: { bot: 'token' }, account: 'bot' },
])('who asks is told as creators are, by Jira of the $edition', async ({ edition, secret, tokens, account }) => {
  const jira = aJira({ edition, tokens, accounts: { 'bot@acme.test': '5b10' } });
  jira.issues.push({ key: 'SHOP-1', summary: 'x', creator: account });
  const { events: [event] } = await look(jira, { secret });
  expect([event!.origin!.actor, await event!.origin!.own!.ask({ fetch: jira.fetch, clock: new VirtualClock(), signal: new AbortController().signal })]).toEqual([account, account]);
});
