import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { ServiceClient } from '../../src/sources/service-client.ts';
import type { SourceError } from '../../src/sources/source.ts';

type Answer = (url: string, init: RequestInit) => Response | Promise<Response>;

function clientOf(answer: Answer, clock = new VirtualClock(), signal = new AbortController().signal) {
  return new ServiceClient({
    called: 'Jira', place: 'when.jira.baseUrl', root: 'https://jira.acme.test/tracker', headers: { authorization: 'Bearer s3cret' }, clock, signal,
    fetch: async (input, init = {}) => answer(String(input), init),
  });
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers });
const problemOf = (promise: Promise<unknown>) => promise.then(() => expect.fail('it answered'), ({ name, message, retryAfterMs }: SourceError) => ({ name, message, ...retryAfterMs !== undefined && { retryAfterMs } }));

test('a path is asked below the root, with what the query has', async () => {
  const asked: unknown[] = [];
  const client = clientOf((url, init) => {
    asked.push(url, init.headers);
    return json({ found: 1 });
  });
  const { status, body } = await client.get('/search', { q: 'a b', page: 2, none: undefined });
  expect({ status, body, asked }).toEqual({
    status: 200,
    body: { found: 1 },
    asked: ['https://jira.acme.test/tracker/search?q=a+b&page=2', { accept: 'application/json', 'user-agent': 'taskwright-operator', authorization: 'Bearer s3cret' }],
  });
  expect(client.bytesRead).toBe(11);
});

test('a refusal is an answer', async () => {
  const { status, body } = await clientOf(() => json({ message: 'no' }, 404)).get('/x');
  expect({ status, body }).toEqual({ status: 404, body: { message: 'no' } });
});

test.each<{ it: string; answer: Answer; problem: object }>([
  { it: 'a limit in seconds is waited for', answer: () => json({}, 429, { 'retry-after': '90' }), problem: { name: 'SourceError', message: 'Jira at jira.acme.test limits how often it may be asked; it is asked again when that ends', retryAfterMs: 90_000 } },
  { it: 'a limit without an end ends in a minute', answer: () => json({}, 429), problem: { name: 'SourceError', message: 'Jira at jira.acme.test limits how often it may be asked; it is asked again when that ends', retryAfterMs: 60_000 } },
  { it: 'a limit that cannot be read ends in a minute', answer: () => json({}, 429, { 'retry-after': 'soon' }), problem: { name: 'SourceError', message: 'Jira at jira.acme.test limits how often it may be asked; it is asked again when that ends', retryAfterMs: 60_000 } },
  { it: 'a limit of days is asked about after an hour', answer: () => json({}, 429, { 'retry-after': '999999' }), problem: { name: 'SourceError', message: 'Jira at jira.acme.test limits how often it may be asked; it is asked again when that ends', retryAfterMs: 3_600_000 } },
  { it: 'a service that is repaired says how long', answer: () => json({}, 503, { 'retry-after': '5' }), problem: { name: 'SourceError', message: 'Jira at jira.acme.test limits how often it may be asked; it is asked again when that ends', retryAfterMs: 5_000 } },
  { it: 'what fails is tried again', answer: () => json({}, 502), problem: { name: 'Error', message: 'Jira at jira.acme.test answered with status 502' } },
  { it: 'a page for people is not what was asked for', answer: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), problem: { name: 'SourceError', message: 'when.jira.baseUrl: jira.acme.test did not answer as Jira does, got text/html; correct the URL, or have the operator pass what is before it' } },
  { it: 'nobody else is told the token', answer: () => new Response(null, { status: 302, headers: { location: 'https://sso.acme.test/login' } }), problem: { name: 'SourceError', message: 'when.jira.baseUrl: jira.acme.test leads to https://sso.acme.test, where no token is sent; name the URL that it leads to' } },
  { it: 'a circle of redirects ends', answer: (url) => new Response(null, { status: 301, headers: { location: url } }), problem: { name: 'SourceError', message: 'when.jira.baseUrl: jira.acme.test leads to https://jira.acme.test, where no token is sent; name the URL that it leads to' } },
  { it: 'an answer without end is cut', answer: () => new Response(new Uint8Array(16 * 1024 * 1024 + 1)), problem: { name: 'Error', message: 'Jira at jira.acme.test answered with more than 16 MiB' } },
  { it: 'a server that is down is named with its code', answer: () => { throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }); }, problem: { name: 'Error', message: 'Jira at jira.acme.test cannot be reached, ECONNREFUSED' } },
])('$it', async ({ answer, problem }) => {
  expect(await problemOf(clientOf(answer).get('/x'))).toEqual(problem);
});

test('a reset is a time, in seconds or as a date', async () => {
  const clock = new VirtualClock();
  const nowMs = clock.now().getTime();
  for (const reset of [String(Math.ceil(nowMs / 1000) + 30), new Date(nowMs + 30_000).toISOString()]) {
    const { retryAfterMs } = await problemOf(clientOf(() => json({}, 429, { 'ratelimit-reset': reset }), clock).get('/x')) as { retryAfterMs: number };
    expect(Math.round(retryAfterMs / 1000)).toBe(30);
  }
});

test('a redirect within the service is followed', async () => {
  const { body } = await clientOf((url) => (url.endsWith('/old') ? new Response(null, { status: 301, headers: { location: '/tracker/new' } }) : json({ url }))).get('/old');
  expect(body).toEqual({ url: 'https://jira.acme.test/tracker/new' });
});

test('a service that says nothing is given up after ten seconds', async () => {
  const clock = new VirtualClock();
  const hanging: Answer = (_url, { signal }) => new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
  const asked = problemOf(clientOf(hanging, clock).get('/x'));
  await clock.advance(10_000);
  expect(await asked).toEqual({ name: 'Error', message: 'Jira at jira.acme.test did not answer within 10 s' });
});

test('who is stopped stops asking', async () => {
  const stop = new AbortController();
  const hanging: Answer = (_url, { signal }) => new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
  const asked = problemOf(clientOf(hanging, new VirtualClock(), stop.signal).get('/x'));
  stop.abort(new Error('the operator stops'));
  expect(await asked).toEqual({ name: 'Error', message: 'the operator stops' });
});
