import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { gitlab } from '../../src/forges/dialect.ts';
import { ForgeClient, type ForgeError } from '../../src/forges/forge-client.ts';
import type { ForgeSite } from '../../src/forges/forge-site.ts';
import { GitLabServer } from '../../src/testing/gitlab-server.ts';

const site: ForgeSite = { root: 'https://gitlab.com', path: 'acme/shop', owner: 'acme', name: 'shop', authorization: 'Bearer t', account: 'the owner of the token in Secret "bot"', key: 'k' };
const clock = new VirtualClock();

function aServer(options: Partial<ConstructorParameters<typeof GitLabServer>[0]> = {}) {
  const server = new GitLabServer({ clock, tokens: { t: 'bot' }, ...options });
  const project = server.project('acme/shop');
  return { server, project, client: (changed: Partial<ForgeSite> = {}) => new ForgeClient(gitlab, { ...site, ...changed }, { fetch: server.fetch, clock, signal: new AbortController().signal }) };
}

const ISSUES = '/projects/acme%2Fshop/issues';
const iidsOf = (items: readonly unknown[]) => items.map((item) => (item as { iid: number }).iid);
const problemOf = (promise: Promise<unknown>) => promise.then(() => expect.fail('it answered'), ({ name, message }: ForgeError) => `${name}: ${message}`);

test('all pages are read, whatever the forge believes its address to be', async () => {
  const { server, project, client } = aServer({ pageSize: 2, ownOrigin: 'http://gitlab.internal:8080' });
  for (let iid = 1; iid <= 5; iid++) project.issues.push({ iid });
  const { items, isComplete } = await client().list(ISSUES, { state: 'opened' });
  expect([iidsOf(items), isComplete]).toEqual([[1, 2, 3, 4, 5], true]);
  expect(server.requests.map(({ url }) => `${url.origin}${url.pathname} ${url.searchParams.get('page')} ${url.searchParams.get('state')}`)).toEqual([
    `https://gitlab.com/api/v4${ISSUES} null opened`, `https://gitlab.com/api/v4${ISSUES} 2 opened`, `https://gitlab.com/api/v4${ISSUES} 3 opened`,
  ]);
});

test('what did not change is not sent again, not even a page of a list', async () => {
  const { server, project, client } = aServer({ pageSize: 2 });
  for (let iid = 1; iid <= 3; iid++) project.issues.push({ iid });
  await client().list(ISSUES);
  const { items } = await client().list(ISSUES);
  expect([iidsOf(items), server.requests.map(({ status }) => status)]).toEqual([[1, 2, 3], [200, 200, 304, 304]]);
  project.issues.push({ iid: 4 });
  expect(iidsOf((await client().list(ISSUES)).items)).toEqual([1, 2, 3, 4]);
});

test('what one account was shown no other is', async () => {
  const { server, project, client } = aServer();
  project.issues.push({ iid: 1 });
  await client().list(ISSUES);
  await client({ key: 'other', authorization: undefined }).list(ISSUES);
  expect(server.requests.map(({ status, authorization }) => [status, authorization])).toEqual([[200, 'Bearer t'], [200, null]]);
});

test('a list is cut at its bound, and says so', async () => {
  const { project, client } = aServer({ pageSize: 2 });
  for (let iid = 1; iid <= 5; iid++) project.issues.push({ iid });
  const { items, isComplete } = await client().list(ISSUES, {}, { mostItems: 4 });
  expect([iidsOf(items), isComplete]).toEqual([[1, 2, 3, 4], false]);
});

test('a forge that always has another page is left', async () => {
  const { server, client } = aServer();
  server.fault = (url) => Response.json([], { headers: { link: `<${url.origin}/x?page=${Number(url.searchParams.get('page') ?? 1) + 1}>; rel="next"` } });
  expect(await client().list(ISSUES)).toEqual({ items: [], isComplete: false });
  expect(server.requests.length).toBe(400);
});

test('nothing is no error of a look-up', async () => {
  const { client } = aServer();
  expect(await client().lookUp(`${ISSUES}/7`)).toBeUndefined();
});

test.each<{ it: string; fault: () => Response; problem: string }>([
  { it: 'a token that is not taken', fault: () => Response.json({ message: '401 Unauthorized' }, { status: 401 }), problem: 'SourceError: GitLab at gitlab.com does not take the owner of the token in Secret "bot", "401 Unauthorized"; give the Workspace a Secret with a token that has the scope read_api, and api to report' },
  { it: 'a scope that is missing', fault: () => Response.json({ error: 'insufficient_scope', error_description: 'The request requires higher privileges than provided by the access token.' }, { status: 403 }), problem: 'ForgeError: GitLab at gitlab.com answered with status 403 at /x, "The request requires higher privileges than provided by the access token."' },
  { it: 'a refusal of fields', fault: () => Response.json({ message: { note: ["can't be blank"] } }, { status: 400 }), problem: `ForgeError: GitLab at gitlab.com answered with status 400 at /x, {"note":["can't be blank"]}` },
  { it: 'a limit', fault: () => new Response('Retry later', { status: 429, headers: { 'retry-after': '5' } }), problem: 'SourceError: GitLab at gitlab.com limits how often it may be asked; it is asked again when that ends' },
  { it: 'a forge that is down', fault: () => new Response('', { status: 502 }), problem: 'Error: GitLab at gitlab.com answered with status 502' },
])('$it is told', async ({ fault, problem }) => {
  const { server, client } = aServer();
  server.fault = fault;
  expect(await problemOf(client().get('/x'))).toBe(problem);
});

test('what is no list is no list', async () => {
  const { server, client } = aServer();
  server.fault = () => Response.json({});
  expect(await problemOf(client().list('/x'))).toBe('ForgeError: GitLab did not answer with a list, at /x');
});
