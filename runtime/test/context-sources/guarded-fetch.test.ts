import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GuardedFetch } from '../../src/context-sources/guarded-fetch.ts';
import { refusalIn } from '../../src/context-sources/outbound-client.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { GitHubClients } from '../../src/github/github-clients.ts';
import { ServiceClient } from '../../src/sources/service-client.ts';

let server: Server;
let port: number;
let requests: string[];
let resolved: string[];
let names: Record<string, string[][]>;
let route: RequestListener;
let guarded: GuardedFetch;

/** What a name resolves to at the first connection, the second, and so on. */
const resolve = (name: string) => {
  resolved.push(name);
  const answers = names[name] ?? [];
  return Promise.resolve((answers.length > 1 ? answers.shift() : answers[0]) ?? []);
};

beforeEach(async () => {
  [requests, resolved, names] = [[], [], {}];
  route = (_, response) => response.end('{"ok":true}');
  server = createServer((request, response) => {
    requests.push(`${request.headers.host} ${request.url}`);
    response.setHeader('connection', 'close');
    route(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ({ port } = server.address() as AddressInfo);
  guarded = new GuardedFetch(resolve);
});

afterEach(async () => {
  await guarded.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const METADATA = 'link-local or the metadata of a cloud, which is never fetched; correct the URL';
const refusal = (url: string, init?: RequestInit) => guarded.fetch(url, init).then(() => expect.fail('it answered'), (error: unknown) => refusalIn(error)?.message);

test('a service of this machine and of an intranet is reached at the address that was looked at, resolved once', async () => {
  names['jira.acme.test'] = [['127.0.0.1']];
  const response = await guarded.fetch(`http://jira.acme.test:${port}/search`, { headers: { accept: 'application/json' } });
  expect([response.status, await response.json(), resolved, requests]).toEqual([200, { ok: true }, ['jira.acme.test'], [`jira.acme.test:${port} /search`]]);
  expect((await guarded.fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
});

test.each([
  ['169.254.169.254', '169.254.169.254'], ['2852039166', '169.254.169.254'], ['0xa9fea9fe', '169.254.169.254'], ['169.254.169.254.', '169.254.169.254'], ['169.254.170.2', '169.254.170.2'],
  ['[fe80::1]', 'fe80::1'], ['[fd00:ec2::254]', 'fd00:ec2::254'], ['[::ffff:169.254.169.254]', '::ffff:a9fe:a9fe'], ['[64:ff9b::169.254.169.254]', '64:ff9b::a9fe:a9fe'],
])('http://%s is refused before a connection', async (host, shown) => {
  expect(await refusal(`http://${host}/latest/meta-data?token=s3cret`)).toBe(`${shown} is ${METADATA}`);
  expect(resolved).toEqual([]);
});

test.each(['169.254.169.254', 'fe80::1%eth0', 'fd00:ec2::254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe'])('a name that has the address %s is refused, whatever others it has', async (address) => {
  names['jira.acme.test'] = [['127.0.0.1', address]];
  expect(await refusal(`http://jira.acme.test:${port}/x?token=s3cret`)).toBe(`jira.acme.test has the address ${address}, ${METADATA}`);
  expect(requests).toEqual([]);
});

test('a name that has other addresses by the next connection is looked at again', async () => {
  names['jira.acme.test'] = [['127.0.0.1'], ['169.254.169.254']];
  await (await guarded.fetch(`http://jira.acme.test:${port}/1`)).text();
  expect(await refusal(`http://jira.acme.test:${port}/2`)).toBe(`jira.acme.test has the address 169.254.169.254, ${METADATA}`);
  expect([resolved, requests]).toEqual([['jira.acme.test', 'jira.acme.test'], [`jira.acme.test:${port} /1`]]);
});

test.each(['http://169.254.169.254/latest', 'http://metadata.acme.test/latest'])('a redirect to %s is refused', async (location) => {
  names['jira.acme.test'] = [['127.0.0.1']];
  names['metadata.acme.test'] = [['169.254.169.254']];
  route = (_, response) => response.writeHead(302, { location }).end();
  expect(await refusal(`http://jira.acme.test:${port}/`)).toContain(METADATA);
  expect(requests).toEqual([`jira.acme.test:${port} /`]);
});

test('a name without an address, and one that nobody knows', async () => {
  expect(await refusal('http://nowhere.acme.test/')).toBe('nowhere.acme.test has no address');
  const unknown = new GuardedFetch(() => Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' })));
  await expect(unknown.fetch('http://nowhere.acme.test/')).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'ENOTFOUND' } });
  await unknown.close();
});

test('a source and GitHub say what was refused, without a query', async () => {
  const { fetch } = guarded;
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  names['ghe.acme.test'] = [['169.254.169.254']];
  const jira = new ServiceClient({ called: 'Jira', place: 'when.jira.baseUrl', root: 'http://169.254.169.254', headers: {}, fetch, clock, signal });
  await expect(jira.get('/search', { q: 's3cret' })).rejects.toMatchObject({ name: 'SourceError', message: `when.jira.baseUrl: 169.254.169.254 is ${METADATA}`, retryAfterMs: 60_000 });
  const github = new GitHubClients({ clock, fetch }).of({ GITHUB_TOKEN: 't0ken' }, 'http://169.254.169.254/api/v3');
  await expect(github.send('POST', '/repos/a/b/issues', {}, { signal })).rejects.toMatchObject({ message: `POST http://169.254.169.254/api/v3/repos/a/b/issues: 169.254.169.254 is ${METADATA}`, retryAfterMs: 60_000 });
  const byName = new GitHubClients({ clock, fetch }).of({ GITHUB_TOKEN: 't0ken' }, 'http://ghe.acme.test/api/v3');
  await expect(byName.send('POST', '/user', {}, { signal })).rejects.toMatchObject({ message: `POST http://ghe.acme.test/api/v3/user: ghe.acme.test has the address 169.254.169.254, ${METADATA}` });
});
