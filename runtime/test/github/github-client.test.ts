import { Agent, fetch as undiciFetch } from 'undici';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import type { GitHubClient } from '../../src/github/github-client.ts';
import type { GitHubError } from '../../src/github/github-error.ts';
import { GitHubClients } from '../../src/github/github-clients.ts';
import type { Clock } from '../../src/kube/clock.ts';
import { GitHubServer, type GitHubServerOptions, secondaryLimit } from '../../src/testing/github-server.ts';
import { appData, appKey } from '../workspaces/app-fixture.ts';

const signal = new AbortController().signal;
const API = 'https://ghe.acme.test/api/v3';
const pat = { GITHUB_TOKEN: 'ghp_secret' };

function aWorld(options: Partial<GitHubServerOptions> = {}) {
  const clock = new VirtualClock();
  const server = new GitHubServer({ clock, apiUrl: API, ...options });
  server.addToken('ghp_secret', 'bot');
  const clients = new GitHubClients({ clock, fetch: server.fetch });
  return { clock, server, clients, client: clients.of(pat, server.apiUrl), shop: server.repository('acme/shop') };
}

const answers = (server: GitHubServer) => server.requests.map(({ method, path, status }) => `${method} ${path} ${status}`);

async function errorOf(promise: Promise<unknown>): Promise<GitHubError> {
  return promise.then(() => expect.fail('nothing failed'), (reason: GitHubError) => reason);
}

test('what did not change is asked for once, by condition, and does not count', async () => {
  const { client, server, shop } = aWorld();
  shop.issue({ title: 'ünïcödé 🎉' });
  const first = await client.list('/repos/acme/shop/issues', { signal });
  const second = await client.list('/repos/acme/shop/issues', { signal });
  expect(second).toEqual(first);
  expect(second.items).toMatchObject([{ number: 1, title: 'ünïcödé 🎉' }]);
  expect(answers(server)).toEqual(['GET /repos/acme/shop/issues?per_page=100 200', 'GET /repos/acme/shop/issues?per_page=100 304']);
});

test('what changed is read anew', async () => {
  const { client, server, shop } = aWorld();
  shop.issue();
  await client.list('/repos/acme/shop/issues', { signal });
  shop.label(1, 'bug');
  expect((await client.list<{ labels: { name: string }[] }>('/repos/acme/shop/issues', { signal })).items[0]!.labels.map(({ name }) => name)).toEqual(['bug']);
  expect(server.requests.map(({ status }) => status)).toEqual([200, 200]);
});

test('spawners with the same credential have the same client; another credential is another', () => {
  const { clients, client } = aWorld();
  expect(clients.of({ ...pat }, API)).toBe(client);
  expect(clients.of({ GITHUB_TOKEN: 'ghp_other' }, API)).not.toBe(client);
  expect(clients.of(pat, 'https://api.github.com')).not.toBe(client);
  expect(clients.of(undefined, API)).not.toBe(client);
});

test('the same read at the same time is one request, and who gives up stops nobody else', async () => {
  const { client, server, shop } = aWorld();
  shop.issue();
  const leaves = new AbortController();
  const left = client.get('/repos/acme/shop/issues/1', { signal: leaves.signal });
  const others = Promise.all([client.get('/repos/acme/shop/issues/1', { signal }), client.get('/repos/acme/shop/issues/1', { signal })]);
  leaves.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect(await others).toMatchObject([{ number: 1 }, { number: 1 }]);
  expect(server.requests.length).toBe(1);
});

test('a read that everybody gave up is asked anew', async () => {
  const { client, shop } = aWorld();
  shop.issue();
  const leaves = new AbortController();
  const left = client.get('/repos/acme/shop/issues/1', { signal: leaves.signal });
  leaves.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect(await client.get('/repos/acme/shop/issues/1', { signal })).toMatchObject({ number: 1 });
});

test('all pages are read, each by condition; fewer are a list that says so', async () => {
  const { client, server, shop } = aWorld();
  for (let number = 1; number <= 250; number += 1) shop.issue({ number });
  const numbers = async (mostPages?: number) => {
    const { items, isComplete } = await client.list<{ number: number }>('/repos/acme/shop/issues', { signal, mostPages, query: { direction: 'asc' } });
    return { first: items[0]!.number, last: items.at(-1)!.number, count: items.length, isComplete };
  };
  expect(await numbers()).toEqual({ first: 1, last: 250, count: 250, isComplete: true });
  expect(await numbers(2)).toEqual({ first: 1, last: 200, count: 200, isComplete: false });
  expect(server.requests.map(({ status }) => status)).toEqual([200, 200, 200, 304, 304]);
});

test('of a list no more is kept than its reader wants', async () => {
  const { client, shop } = aWorld();
  shop.issue({ title: 'Broken' });
  const titles = () => client.list<{ title: string }>('/repos/acme/shop/issues', { signal, keep: ({ title }) => ({ title }) });
  expect(await titles()).toEqual({ items: [{ title: 'Broken' }], isComplete: true });
  expect(await titles()).toEqual(await titles());
});

test('what was read for a version is not asked for again while that is the same', async () => {
  const { client, server, shop } = aWorld();
  shop.issue();
  const read = (version: string) => client.list('/repos/acme/shop/issues', { signal, version });
  await read('one');
  await read('one');
  await read('two');
  await read('two');
  expect(server.requests.map(({ status }) => status)).toEqual([200, 304]);
});

test('GitHub may listen, with a certificate of its own', async () => {
  const { clock, server } = aWorld();
  const { url, ca, close } = await server.listen({ isSecure: true });
  const reached = new Agent({ connect: { ca } });
  const client = new GitHubClients({ clock, fetch: ((to: string, init: object) => undiciFetch(to.replace(API, url), { ...init, dispatcher: reached })) as typeof fetch }).of(pat, API);
  server.repository('acme/shop').issue();
  expect((await client.list<{ url: string }>('/repos/acme/shop/issues', { signal })).items.map((issue) => issue.url)).toEqual([`${API}/repos/acme/shop/issues/1`]);
  await reached.close();
  await close();
});

test('a next page on another host is not asked for: it would be told the token', async () => {
  const { client, server } = aWorld();
  server.fault = () => new Response('[]', { headers: { link: '<https://evil.test/api/v3/repos?page=2>; rel="next"' } });
  expect((await errorOf(client.list('/repos/acme/shop/issues', { signal }))).message).toMatch(/the next page is said to be on evil\.test/);
});

test.each([
  { it: 'a token that is wrong', fault: () => Response.json({ message: 'Bad credentials' }, { status: 401 }), message: `GET ${API}/repos/acme/shop: GitHub answered 401 (Bad credentials); the token is wrong, revoked or has expired; put a new one into the Secret of the Workspace` },
  {
    it: 'a permission that is missing', fault: () => Response.json({ message: 'Resource not accessible by personal access token' }, { status: 403, headers: { 'x-accepted-github-permissions': 'issues=read; pull_requests=read' } }),
    message: `GET ${API}/repos/acme/shop: GitHub answered 403 (Resource not accessible by personal access token); the credentials lack a permission; any of these will do: issues=read; pull_requests=read`,
  },
  { it: 'what there is not', fault: () => Response.json({ message: 'Not Found' }, { status: 404 }), message: `GET ${API}/repos/acme/shop: GitHub answered 404 (Not Found); it does not exist, or the credentials do not reach it; check the name and the repositories that the token may read` },
  { it: 'words of control characters and of any length', fault: () => Response.json({ message: `a\u0000\r\n\u202Eb${'x'.repeat(1_000)}` }, { status: 418 }), message: `GET ${API}/repos/acme/shop: GitHub answered 418 (a b${'x'.repeat(297)}…)` },
  { it: 'what is not JSON', fault: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), message: `${API}/repos/acme/shop did not answer as GitHub does; check the host in spec.repo` },
])('$it is told with what to do', async ({ fault, message }) => {
  const { client, server } = aWorld();
  server.fault = fault;
  expect((await errorOf(client.get('/repos/acme/shop', { signal, query: { page: 1 } }))).message).toBe(message);
});

test('a host that refuses the connection is told by its code', async () => {
  const { client, server } = aWorld();
  server.fault = () => 'refuse';
  expect((await errorOf(client.send('POST', '/repos/acme/shop/issues', {}, { signal }))).message).toBe(`POST ${API}/repos/acme/shop/issues: no answer (ECONNREFUSED)`);
});

interface Fault {
  readonly it: string;
  readonly fault: () => Response | 'refuse';
  /** How often it is asked in all. */
  readonly asked: number;
}

test.each<Fault>([
  { it: 'a gateway that is broken', fault: () => new Response('<html>Bad Gateway', { status: 502 }), asked: 2 },
  { it: 'a server that is out of order', fault: () => Response.json({ message: 'Server Error' }, { status: 500 }), asked: 2 },
  { it: 'a host that refuses the connection', fault: () => 'refuse', asked: 2 },
  { it: 'a server that says when to come again', fault: () => new Response('', { status: 503, headers: { 'retry-after': '30' } }), asked: 1 },
  { it: 'what there is not', fault: () => Response.json({ message: 'Not Found' }, { status: 404 }), asked: 1 },
  { it: 'the last of what is its user\'s mistake', fault: () => Response.json({ message: 'No' }, { status: 499 }), asked: 1 },
])('a read that meets $it is asked $asked times, and a write once', async ({ fault, asked }) => {
  const attempts = async (ask: (client: GitHubClient) => Promise<unknown>) => {
    const { server, client, waits } = inNoTime();
    let count = 0;
    server.fault = () => { count += 1; return fault(); };
    await errorOf(ask(client));
    return { count, waits };
  };
  expect(await attempts((client) => client.get('/repos/acme/shop/issues/1', { signal }))).toEqual({ count: asked, waits: asked === 2 ? [1_000] : [] });
  expect(await attempts((client) => client.send('POST', '/repos/acme/shop/issues', {}, { signal }))).toEqual({ count: 1, waits: [] });
});

test('what is well again a second later is no failure', async () => {
  const { server, client, shop } = inNoTime();
  shop.issue();
  let broken = 1;
  server.fault = () => (broken-- > 0 ? new Response('<html>Bad Gateway', { status: 502 }) : undefined);
  expect(await client.get('/repos/acme/shop/issues/1', { signal })).toMatchObject({ number: 1 });
});

/** Waits of up to a second take no time, and no other wait ends. */
function inNoTime() {
  const { server, clock, shop } = aWorld();
  const waits: number[] = [];
  const after: Clock['after'] = (ms, callback) => {
    if (ms > 1_000) return { cancel() {} };
    waits.push(ms);
    const turn = setImmediate(callback);
    return { cancel: () => clearImmediate(turn) };
  };
  const client = new GitHubClients({ clock: { now: () => clock.now(), elapsed: () => clock.elapsed(), after }, fetch: server.fetch }).of(pat, server.apiUrl);
  return { server, client, shop, waits };
}

test('a host that never answers is given up', async () => {
  const { clock, client } = (() => {
    const clock = new VirtualClock();
    const silent: typeof fetch = (_url, init) => new Promise((_resolve, reject) => { init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error)); });
    return { clock, client: new GitHubClients({ clock, fetch: silent }).of(pat, API) };
  })();
  const asked = errorOf(client.get('/user', { signal }));
  while (clock.pending === 0) await new Promise((resolve) => { setImmediate(resolve); });
  await clock.advance(10_000);
  expect((await asked).message).toBe(`GET ${API}/user: no answer within 10 s`);
});

test('a secondary limit is told with the time to stay away, and nobody asks until then', async () => {
  const { client, server, shop, clock } = aWorld();
  shop.issue();
  server.fault = () => secondaryLimit(30);
  const limited = { message: 'ghe.acme.test limits how often these credentials may ask; it is asked again in 30 s', status: 429, retryAfterMs: 30_000 };
  const { message, status, retryAfterMs } = await errorOf(client.get('/repos/acme/shop', { signal }));
  expect({ message, status, retryAfterMs }).toEqual(limited);
  expect((await errorOf(client.send('POST', '/repos/acme/shop/issues', {}, { signal }))).retryAfterMs).toBe(30_000);
  expect(server.requests.length).toBe(1);
  delete server.fault;
  await clock.advance(30_000);
  expect(await client.get('/repos/acme/shop/issues/1', { signal })).toMatchObject({ number: 1 });
});

test('a short wait is waited for', async () => {
  const { client, server, shop, clock } = aWorld();
  shop.issue();
  let limits = 1;
  server.fault = () => (limits-- > 0 ? secondaryLimit(3) : undefined);
  const asked = client.get('/repos/acme/shop/issues/1', { signal });
  while (clock.pending === 0) await new Promise((resolve) => { setImmediate(resolve); });
  await clock.advance(3_000);
  expect(await asked).toMatchObject({ number: 1 });
});

test('when the hour is used up nothing is asked until it ends', async () => {
  const { client, server, shop, clock } = aWorld({ limit: 1 });
  shop.issue();
  await client.get('/repos/acme/shop/issues/1', { signal });
  expect((await errorOf(client.get('/repos/acme/shop/issues/1', { signal }))).retryAfterMs).toBe(3_600_000);
  expect(server.requests.length).toBe(1);
  await clock.advance(3_600_000);
  expect(await client.get('/repos/acme/shop/issues/1', { signal })).toMatchObject({ number: 1 });
});

test('an App has a token for the repositories that are named, renewed before it ends and when it is refused', async () => {
  const { clock, server, clients } = aWorld();
  server.apps.register({ appId: '17', slug: 'shop-bot', publicKey: appKey.publicKey, installations: { 23: { repositories: ['shop'] } } });
  server.repository('acme/shop', { isPrivate: true });
  const vault = server.repository('acme/vault', { isPrivate: true });
  vault.issue();
  server.repositories.set('acme/shop', vault);
  const client = clients.of(appData, API, ['shop']);
  const read = () => client.get('/repos/acme/shop/issues/1', { signal });
  await Promise.all([read(), client.get('/repos/acme/shop/issues', { signal })]);
  expect(server.apps.issued.length).toBe(1);
  await clock.advance(56 * 60_000);
  await read();
  await read();
  expect(server.apps.issued.length).toBe(2);
  const [, second] = server.apps.issued;
  server.apps.issued.splice(1, 1, { ...second!, token: 'revoked' });
  expect(await read()).toMatchObject({ number: 1 });
  expect((await errorOf(client.get('/repos/acme/vault/issues/1', { signal }))).status).toBe(404);
});

test('who writes is known: an account, an App, nobody', async () => {
  const { server, clients, client } = aWorld();
  server.apps.register({ appId: '17', slug: 'shop-bot', publicKey: appKey.publicKey, installations: { 23: { repositories: ['shop'] } } });
  expect(await client.identity(signal)).toEqual({ login: 'bot' });
  await client.identity(signal);
  expect(answers(server)).toEqual(['GET /user 200']);
  expect(await clients.of(appData, API).identity(signal)).toEqual({ appId: 17, login: 'shop-bot[bot]' });
  expect(await clients.of(undefined, API).identity(signal)).toEqual({});
});

test('an App that GitHub does not know is told, and asked about once for all who wait', async () => {
  const { server, clients } = aWorld();
  const client = clients.of(appData, API, ['shop']);
  const [one, other] = await Promise.all([errorOf(client.get('/a', { signal })), errorOf(client.get('/b', { signal }))]);
  expect(one.message).toBe('GitHub App: GitHub does not know the App; check appID');
  expect([other.message, one.retryAfterMs]).toEqual([one.message, 60_000]);
  expect(server.requests.length).toBe(1);
});

test('no error tells a token', async () => {
  const { clients, server } = aWorld();
  const client = clients.of({ GITHUB_TOKEN: 'ghp_wrong' }, API);
  const error = await errorOf(client.get('/user', { signal }));
  expect(JSON.stringify([error, error.message, error.stack, String(error.cause)])).not.toContain('ghp_wrong');
  expect(answers(server)).toEqual(['GET /user 401']);
});

test('an answer of GraphQL that is an error is one', async () => {
  const { client, server } = aWorld();
  server.fault = ({ url }) => (url === 'https://ghe.acme.test/api/graphql' ? Response.json({ data: null, errors: [{ type: 'NOT_FOUND', message: 'Could not resolve to a Repository' }] }) : undefined);
  expect((await errorOf(client.graphql('query { x }', {}, { signal }))).message).toBe('GraphQL: Could not resolve to a Repository');
  server.fault = () => Response.json({ data: { viewer: { login: 'bot' } } });
  expect(await client.graphql('query { viewer { login } }', {}, { signal })).toEqual({ viewer: { login: 'bot' } });
});
