import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AllowedTargets } from '../../src/context-sources/allowed-targets.ts';
import type { ContextSource, HttpContextSource } from '../../src/context-sources/context-request.ts';
import { ContextSources } from '../../src/context-sources/context-sources.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { type Clock, systemClock } from '../../src/kube/clock.ts';
import { selfSignedCertificate } from '../../src/kube/self-signed-certificate.ts';
import { aGitHub, appData } from '../workspaces/app-fixture.ts';

type Answer = (request: IncomingMessage & { readonly text: string }, response: ServerResponse) => void;

const identity = selfSignedCertificate('teams', ['teams.example.com', 'other.example.com', 'ghe.example.com']);
setDefaultCACertificates([...getCACertificates('default'), identity.cert]);

/** A host of the internet, as far as this machine goes: its names resolve to loopback, which is allowed. */
const LOOPBACK = '127.0.0.1';
let plain: Server;
let tls: Server;
let plainUrl: string;
let url: string;
let otherUrl: string;
let requests: string[];
let routes: Record<string, Answer>;
let names: Record<string, readonly string[]>;
let resolved: string[];
let opened: ContextSources[];

const secrets: Record<string, Record<string, string>> = { teams: { token: 's3cret', broken: 'line\n' }, app: appData };
const readSecret = (name: string) => Promise.resolve(secrets[name]);
const variables = { Number: 42n, Title: 'a title', Body: '' };

beforeEach(async () => {
  [requests, resolved, opened, routes] = [[], [], [], {}];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method} ${request.headers.host!.replace(/:\d+$/, '')}${request.url}`);
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const route = routes[request.url!.split('?')[0]!];
    if (route) route(Object.assign(request, { text }), response);
    else response.writeHead(404).end('no such page, and a secret');
  };
  plain = createServer((request, response) => void handle(request, response));
  tls = createTlsServer(identity, (request, response) => void handle(request, response));
  const [plainPort, tlsPort] = await Promise.all([plain, tls].map(listening));
  plainUrl = `http://teams.example.com:${plainPort}`;
  url = `https://teams.example.com:${tlsPort}`;
  otherUrl = `https://other.example.com:${tlsPort}`;
  names = { 'teams.example.com': [LOOPBACK], 'other.example.com': [LOOPBACK], 'ghe.example.com': [LOOPBACK] };
});

afterEach(async () => {
  await Promise.all(opened.map((sources) => sources.close()));
  for (const server of [plain, tls]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, LOOPBACK, () => resolve((server.address() as AddressInfo).port)));
}

function look({ allowed = [`${LOOPBACK}/32`], clock = systemClock, signal = new AbortController().signal }: { allowed?: string[]; clock?: Clock; signal?: AbortSignal } = {}) {
  const sources = new ContextSources({
    clock,
    allowed: new AllowedTargets(allowed),
    resolve: (name) => {
      resolved.push(name);
      return Promise.resolve(names[name] ?? []);
    },
  });
  opened.push(sources);
  return sources.look(readSecret, signal);
}

const source = (http: Partial<HttpContextSource> & { url: string }, { name = 'owners', ...rest }: Partial<ContextSource> = {}) => ({ name, failurePolicy: 'Fail', ...rest, http }) as ContextSource;
const fetchOne = (http: Partial<HttpContextSource> & { url: string }) => look().fetch([source(http)], variables);
const fetched = (texts: Record<string, string>) => ({ is: 'fetched', texts });
const failed = (problem: string) => ({ is: 'failed', problem });
const failedOwners = (problem: string) => failed(`context source "owners": ${problem}`);

const says = (text: string, status = 200, headers: Record<string, string> = {}): Answer => (_, response) => response.writeHead(status, headers).end(text);
const leadsTo = (location: () => string, status = 302): Answer => (_, response) => response.writeHead(status, { location: location() }).end();
const echo: Answer = (request, response) => {
  const { host: _host, connection: _connection, ...headers } = request.headers;
  response.end(JSON.stringify({ method: request.method, url: request.url, headers, text: request.text }));
};

describe('what is sent', () => {
  test('templates make URL, headers and body; Secrets stand over headers; a POST is JSON', async () => {
    routes['/ask'] = echo;
    const http = {
      url: `${url}/ask?n={{.Number}}&t={{urlquery .Title}}#part`, method: 'POST' as const, body: '{"n": {{.Number}}}', headers: { 'X-Title': '{{.Title}}', 'X-Token': 'plain' },
      headersFrom: [{ header: 'X-Token', secretName: 'teams', secretKey: 'token' }],
    };
    const result = await fetchOne(http);
    expect(result.is === 'fetched' && JSON.parse(result.texts.owners!)).toEqual({
      method: 'POST', url: '/ask?n=42&t=a+title', text: '{"n": 42}',
      headers: { 'x-title': 'a title', 'x-token': 's3cret', 'content-type': 'application/json', 'content-length': '9', 'user-agent': 'taskwright-operator' },
    });
  });

  test('a GET may have a body, and a type of its own is kept', async () => {
    routes['/ask'] = echo;
    const [got, posted] = await Promise.all([fetchOne({ url: `${url}/ask`, body: 'x' }), fetchOne({ url: `${url}/ask`, method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } })]);
    expect([got, posted].map((result) => result.is === 'fetched' && (({ method, text, headers }) => [method, text, headers['content-type']])(JSON.parse(result.texts.owners!) as never))).toEqual([['GET', 'x', undefined], ['POST', 'x', 'text/plain']]);
  });

  test('the token of an App is made once for several events, and yields to a header of its own', async () => {
    const github = aGitHub(systemClock, {}, { apiUrl: `https://ghe.example.com:${(tls.address() as AddressInfo).port}/api/v3` });
    routes['/api/v3/app/installations/23/access_tokens'] = (request, response) => {
      void github.fetch(`https://${request.headers.host}${request.url}`, { method: 'POST', headers: request.headers as Record<string, string>, body: request.text }).then(async (answer) => response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text()));
    };
    routes['/file'] = (request, response) => response.end(`${request.headers.authorization} ${request.url}`);
    const githubAppAuth = { secretRef: { name: 'app' }, apiBaseURL: `https://ghe.example.com:${(tls.address() as AddressInfo).port}/api/v3` };
    const ofLook = look();
    const numbers = [1n, 2n, 3n];
    const results = await Promise.all(numbers.map((Number) => ofLook.fetch([source({ url: `${url}/file?n={{.Number}}`, githubAppAuth })], { Number })));
    expect(results).toEqual(numbers.map((n) => fetched({ owners: `token ${github.issued[0]!.token} /file?n=${n}` })));
    expect(github.issued.map(({ repositories }) => repositories)).toEqual([['shop', 'shop-assets']]);
    expect(await ofLook.fetch([source({ url: `${url}/file`, githubAppAuth, headers: { AUTHORIZATION: 'mine' } })], variables)).toEqual(fetched({ owners: 'mine /file' }));
  });

  test.each<[string, Partial<HttpContextSource>, string]>([
    ['a Secret that is not there', { headersFrom: [{ header: 'A', secretName: 'nobody', secretKey: 'token' }] }, 'there is no Secret "nobody"; create it, or correct headersFrom'],
    ['a key that is not there', { headersFrom: [{ header: 'A', secretName: 'teams', secretKey: 'nothing' }] }, 'Secret "teams" has no key "nothing"; add it, or correct headersFrom'],
    ['a key that every object has', { headersFrom: [{ header: 'A', secretName: 'teams', secretKey: 'constructor' }] }, 'Secret "teams" has no key "constructor"; add it, or correct headersFrom'],
    ['a line break in a Secret', { headersFrom: [{ header: 'A', secretName: 'teams', secretKey: 'broken' }] }, 'the header A has a line break or another sign that no header can have; make its value without'],
    ['a line break in a header', { headers: { A: 'x\r\nHost: inner' } }, 'the header A has a line break or another sign that no header can have; make its value without'],
    ['a header of the sender', { headers: { Host: 'inner' } }, 'the header Host is set by whoever sends the request; leave it out'],
    ['a variable that is not there', { headers: { A: '{{.Nothing}}' } }, 'headers["A"] is a template that cannot be rendered, line 1, column 3: there is no .Nothing; there is Body, Number or Title'],
    ['a Secret that is no App', { githubAppAuth: { secretRef: { name: 'teams' } } }, 'Secret "teams" is not that of a GitHub App; it has to have appID, installationID and privateKey'],
    ['an App that is not there', { githubAppAuth: { secretRef: { name: 'nobody' } } }, 'there is no Secret "nobody"; create it, or correct githubAppAuth'],
    ['an insecure place for tokens', { githubAppAuth: { secretRef: { name: 'app' }, apiBaseURL: 'http://ghe.example.com' } }, 'githubAppAuth.apiBaseURL is no https URL; name the root of the API, such as https://github.example.com/api/v3'],
  ])('%s is told before anything is sent', async (_, http, problem) => {
    expect(await fetchOne({ url: `${url}/ask`, ...http })).toEqual(failedOwners(problem));
    expect(requests).toEqual([]);
  });

  test('a source without http is no source', async () => {
    expect(await look().fetch([{ name: 'owners', failurePolicy: 'Fail' }], variables)).toEqual(failedOwners('http is required; there is no other kind of source'));
  });
});

describe('what comes back', () => {
  test('several sources are fetched at the same time', async () => {
    const waiting: ServerResponse[] = [];
    routes['/both'] = (_, response) => {
      waiting.push(response);
      if (waiting.length === 2) for (const each of waiting) each.end('{"a": {"b": [1, 2]}}');
    };
    const sources = [source({ url: `${url}/both?1`, responseFilter: { type: 'JSONPath', expression: '$.a.b[1]' } }, { name: 'one' }), source({ url: `${url}/both?2`, responseFilter: { type: 'JSONPath', expression: '$.a' } }, { name: 'two' })];
    expect(await look().fetch(sources, variables)).toEqual(fetched({ one: '2', two: '{"b":[1,2]}' }));
  });

  test('one that is required fails the event, one that is not leaves its text empty', async () => {
    routes['/good'] = says('good');
    const missing = (failurePolicy: 'Fail' | 'Ignore') => [source({ url: `${url}/good` }, { name: 'good' }), source({ url: `${url}/none?token=s3cret` }, { name: 'none', failurePolicy })];
    expect(await look().fetch(missing('Fail'), variables)).toEqual(failed(`context source "none": HTTP 404 from ${url}/none`));
    expect(await look().fetch(missing('Ignore'), variables)).toEqual(fetched({ good: 'good', none: '' }));
  });

  test('one that fails ends the others at once', async () => {
    const ended = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    routes['/never'] = (request) => {
      begun.resolve();
      request.socket.once('close', () => ended.resolve());
    };
    routes['/fails'] = (_, response) => void begun.promise.then(() => response.writeHead(500).end());
    const sources = [source({ url: `${url}/never`, timeoutSeconds: 60 }, { name: 'never', failurePolicy: 'Ignore' }), source({ url: `${url}/fails` }, { name: 'fails' })];
    expect(await look().fetch(sources, variables)).toEqual(failed(`context source "fails": HTTP 500 from ${url}/fails`));
    await ended.promise;
  });

  test('an answer may have as many bytes as were asked for, and not one more, whatever it says of its length', async () => {
    routes['/five'] = (_, response) => {
      response.write('12');
      response.end('345');
    };
    expect(await fetchOne({ url: `${url}/five`, maxResponseBytes: 5 })).toEqual(fetched({ owners: '12345' }));
    expect(await fetchOne({ url: `${url}/five`, maxResponseBytes: 4 })).toEqual(failedOwners(`${url}/five answers with more than 4 bytes; raise maxResponseBytes, or ask for less`));
    routes['/endless'] = (_, response) => {
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', write);
      write();
    };
    expect(await fetchOne({ url: `${url}/endless` })).toEqual(failedOwners(`${url}/endless answers with more than 32768 bytes; raise maxResponseBytes, or ask for less`));
  });

  test('a compressed answer is not unpacked: nobody asked for it, and it may be a bomb', async () => {
    routes['/zip'] = says('...', 200, { 'content-encoding': 'gzip' });
    expect(await fetchOne({ url: `${url}/zip` })).toEqual(failedOwners(`${url}/zip compresses its answer, which was not asked for`));
  });

  test.each(['before it answers', 'within its answer'])('the time that a source has ends a server that is silent %s', async (when) => {
    const clock = new VirtualClock();
    const reached = Promise.withResolvers<void>();
    routes['/slow'] = (_, response) => {
      if (when === 'within its answer') response.write('begins');
      reached.resolve();
    };
    const result = look({ clock }).fetch([source({ url: `${url}/slow`, timeoutSeconds: 7 })], variables);
    await reached.promise;
    await clock.advance(7_000);
    expect(await result).toEqual(failedOwners(`no answer from ${url}/slow within 7 s`));
  });
});

describe('what is tried again', () => {
  const once = (first: Answer): Answer => (request, response) => (requests.length === 1 ? first(request, response) : response.end('second'));

  test.each<[string, Answer]>([
    ['502', says('', 502)], ['503', says('', 503)], ['504', says('', 504)],
    ['a connection that breaks', (request) => request.socket.destroy()],
    ['an answer that breaks off', (request, response) => { response.writeHead(200, { 'content-length': '9' }); response.write('a', () => request.socket.destroy()); }],
  ])('%s, once', async (_, first) => {
    routes['/flaky'] = once(first);
    expect(await fetchOne({ url: `${url}/flaky` })).toEqual(fetched({ owners: 'second' }));
    expect(requests).toHaveLength(2);
  });

  test('and not a second time', async () => {
    routes['/down'] = says('', 503);
    expect(await fetchOne({ url: `${url}/down` })).toEqual(failedOwners(`HTTP 503 from ${url}/down`));
    expect(requests).toHaveLength(2);
  });

  test('a POST is not: it may have done something', async () => {
    routes['/flaky'] = once(says('', 502));
    expect(await fetchOne({ url: `${url}/flaky`, method: 'POST' })).toEqual(failedOwners(`HTTP 502 from ${url}/flaky`));
  });

  test('nor is what the service refuses', async () => {
    routes['/no'] = says('', 401);
    expect(await fetchOne({ url: `${url}/no` })).toEqual(failedOwners(`HTTP 401 from ${url}/no`));
    expect(requests).toHaveLength(1);
  });
});

describe('what is fetched once', () => {
  test('the same request of several events of a look, its failure as well', async () => {
    routes['/team'] = says('shop');
    const ofLook = look();
    const sources = [source({ url: `${url}/team` }), source({ url: `${url}/none` }, { name: 'none', failurePolicy: 'Ignore' })];
    const results = [await ofLook.fetch(sources, { Number: 1n }), ...(await Promise.all([ofLook.fetch(sources, { Number: 2n }), ofLook.fetch(sources, { Number: 3n })]))];
    expect(results).toEqual(Array.from({ length: 3 }, () => fetched({ owners: 'shop', none: '' })));
    expect(requests.toSorted()).toEqual(['GET teams.example.com/none', 'GET teams.example.com/team']);
  });

  test('but not with another header, nor in another look', async () => {
    routes['/team'] = says('shop');
    const ofLook = look();
    await ofLook.fetch([source({ url: `${url}/team`, headers: { 'X-Number': '{{.Number}}' } })], { Number: 1n });
    await ofLook.fetch([source({ url: `${url}/team`, headers: { 'X-Number': '{{.Number}}' } })], { Number: 2n });
    await look().fetch([source({ url: `${url}/team` })], {});
    expect(requests).toHaveLength(3);
  });

  test('an event that fails does not end what another waits for', async () => {
    const held = Promise.withResolvers<ServerResponse>();
    routes['/slow'] = (_, response) => held.resolve(response);
    const ofLook = look();
    const patient = ofLook.fetch([source({ url: `${url}/slow` })], {});
    const response = await held.promise;
    expect(await ofLook.fetch([source({ url: `${url}/slow` }), source({ url: `${url}/none` }, { name: 'none' })], {})).toEqual(failed(`context source "none": HTTP 404 from ${url}/none`));
    response.end('came');
    expect(await patient).toEqual(fetched({ owners: 'came' }));
  });

  test('the end of a look ends what it waits for', async () => {
    const end = new AbortController();
    const reached = Promise.withResolvers<void>();
    routes['/slow'] = () => reached.resolve();
    const result = look({ signal: end.signal }).fetch([source({ url: `${url}/slow` })], {});
    await reached.promise;
    end.abort(new Error('the operator stops'));
    await expect(result).rejects.toThrow('the operator stops');
  });
});

describe('where it may go', () => {
  test.each<[string, string, string]>([
    ['http', 'http://teams.example.com/x?token=1', 'HTTP URLs are not allowed without allowInsecure: http://teams.example.com/x'],
    ['another scheme', 'file:///etc/passwd', 'unsupported URL scheme "file" (only http/https are allowed)'],
    ['no URL', 'teams', 'url does not come to a URL; it has to begin with https://, and text of strangers in it has to pass through urlquery'],
    ['a user name', 'https://me:s3cret@teams.example.com/', 'https://teams.example.com/ has a user name in it; give credentials in a header of headersFrom'],
    ['the port of mail', 'https://teams.example.com:25/', 'https://teams.example.com:25/ is at a port of another protocol than HTTP; ask who runs the operator to allow it with --context-source-allow'],
  ])('%s is refused', async (_, target, problem) => expect(await fetchOne({ url: target })).toEqual(failedOwners(problem)));

  test.each([
    'https://localhost/', 'https://kubernetes/', 'https://kubernetes.default.svc/api', 'https://api.shop.svc.cluster.local./', 'https://metadata.google.internal/computeMetadata/v1/', 'https://METADATA.google.INTERNAL/', 'https://router.home.arpa/',
  ])('%s is a name of the cluster', async (target) => {
    const result = await fetchOne({ url: target });
    expect(result).toEqual(failedOwners(`${new URL(target).hostname.replace(/\.$/, '')} is a name of the cluster or the machine, and not of the internet; ask who runs the operator to allow it with --context-source-allow`));
    expect(resolved).toEqual([]);
  });

  test.each([
    'https://10.0.0.1/', 'https://0x7f.1:8443/', 'https://2130706432/', 'https://017700000001/', 'https://169.254.169.254/latest/meta-data/', 'https://[::1]/', 'https://[::ffff:127.0.0.1]/', 'https://[fe80::1]/', 'https://[64:ff9b::a9fe:a9fe]/', 'https://0/',
  ])('%s is no address of the internet', async (target) => {
    const result = await look({ allowed: [] }).fetch([source({ url: target })], {});
    const host = new URL(target).hostname.replace(/^\[|\]$/g, '');
    expect(result).toEqual(failedOwners(`${host} is not of the internet; ask who runs the operator to allow it with --context-source-allow`));
  });

  test.each([[['10.1.2.3']], [['8.8.8.8', '10.1.2.3']], [['::ffff:10.1.2.3']], [['169.254.169.254']]])('a name with the addresses %j is refused, and nothing is sent', async (addresses) => {
    names['teams.example.com'] = addresses;
    const inner = addresses.at(-1)!;
    expect(await fetchOne({ url: `${url}/x` })).toEqual(failedOwners(`teams.example.com has the address ${inner}, not of the internet; ask who runs the operator to allow it with --context-source-allow`));
    expect(requests).toEqual([]);
  });

  test('a name that is answered differently the second time is not asked a second time', async (context) => {
    if (process.platform !== 'linux') context.skip('only Linux has all of 127.0.0.0/8 on loopback');
    routes['/x'] = says('from the inside');
    const answers = [['127.0.0.2'], [LOOPBACK]];
    names = new Proxy({}, { get: () => answers.shift() });
    // Nobody listens at the first address: whoever asked again would get in.
    const result = await look({ allowed: ['127.0.0.2/32'] }).fetch([source({ url: `${url}/x`, method: 'POST' })], {});
    expect(result).toEqual(failedOwners(`${url}/x cannot be reached (ECONNREFUSED)`));
    expect([resolved, requests]).toEqual([['teams.example.com'], []]);
  });

  test('and when the retry asks again, the new answer is looked at as well', async (context) => {
    if (process.platform !== 'linux') context.skip('only Linux has all of 127.0.0.0/8 on loopback');
    routes['/x'] = says('from the inside');
    const answers = [['127.0.0.2'], [LOOPBACK]];
    names = new Proxy({}, { get: () => answers.shift() });
    const result = await look({ allowed: ['127.0.0.2/32'] }).fetch([source({ url: `${url}/x` })], {});
    expect(result).toEqual(failedOwners('teams.example.com has the address 127.0.0.1, not of the internet; ask who runs the operator to allow it with --context-source-allow'));
    expect(requests).toEqual([]);
  });

  test('a name that the operator allows may be of the cluster, except for its metadata', async () => {
    routes['/x'] = says('inner');
    names['teams.tools'] = [LOOPBACK];
    const target = { url: `${plainUrl.replace('teams.example.com', 'teams.tools')}/x`, allowInsecure: true };
    expect(await look({ allowed: ['teams.tools'] }).fetch([source(target)], {})).toEqual(fetched({ owners: 'inner' }));
    names['teams.tools'] = ['169.254.169.254'];
    expect(await look({ allowed: ['teams.tools'] }).fetch([source(target)], {})).toEqual(failedOwners('teams.tools has the address 169.254.169.254, not of the internet; ask who runs the operator to allow it with --context-source-allow'));
  });

  test('the place that gives tokens is held to the same rules', async () => {
    const githubAppAuth = { secretRef: { name: 'app' }, apiBaseURL: 'https://kubernetes.default.svc' };
    const result = await fetchOne({ url: `${url}/x`, githubAppAuth });
    expect(result.is === 'failed' && result.problem).toContain('no token of the GitHub App of Secret "app": https://kubernetes.default.svc: kubernetes.default.svc is a name of the cluster or the machine, and not of the internet;');
  });
});

describe('redirects', () => {
  test('are followed, five of them', async () => {
    for (const step of [1, 2, 3, 4, 5]) routes[`/${step}`] = leadsTo(() => `/${step + 1}`, [301, 302, 303, 307, 308][step - 1]);
    routes['/6'] = says('there');
    expect(await fetchOne({ url: `${url}/1` })).toEqual(fetched({ owners: 'there' }));
    routes['/6'] = leadsTo(() => '/7');
    expect(await fetchOne({ url: `${url}/1` })).toEqual(failedOwners(`${url}/1 leads elsewhere more than 5 times`));
  });

  test('keep credentials at their origin', async () => {
    const http = { headers: { Authorization: 'mine', 'X-Api-Key': 'mine', Accept: 'text/plain' }, headersFrom: [{ header: 'X-Token', secretName: 'teams', secretKey: 'token' }] };
    routes['/same'] = leadsTo(() => `${url}/end`);
    routes['/away'] = leadsTo(() => `${otherUrl}/back`);
    routes['/back'] = leadsTo(() => `${url}/end`);
    routes['/end'] = echo;
    const headersAt = async (path: string) => {
      const result = await fetchOne({ url: `${url}${path}`, ...http });
      return result.is === 'fetched' ? (JSON.parse(result.texts.owners!) as { headers: object }).headers : result;
    };
    expect(await headersAt('/same')).toEqual({ authorization: 'mine', 'x-api-key': 'mine', accept: 'text/plain', 'x-token': 's3cret', 'user-agent': 'taskwright-operator' });
    expect(await headersAt('/away')).toEqual({ accept: 'text/plain', 'user-agent': 'taskwright-operator' });
  });

  test('do not leave https, though http is allowed', async () => {
    routes['/down'] = leadsTo(() => `${plainUrl}/x`);
    routes['/x'] = says('plain');
    expect(await fetchOne({ url: `${url}/down`, allowInsecure: true })).toEqual(failedOwners(`${url}/down leads away from https`));
    expect(await fetchOne({ url: `${plainUrl}/x`, allowInsecure: true })).toEqual(fetched({ owners: 'plain' }));
  });

  test.each<[string, string]>([
    ['http://169.254.169.254/latest/meta-data/', '169.254.169.254 is not of the internet; ask who runs the operator to allow it with --context-source-allow'],
    ['http://kubernetes.default.svc/', 'kubernetes.default.svc is a name of the cluster or the machine, and not of the internet; ask who runs the operator to allow it with --context-source-allow'],
    ['http://inner.example.com/', 'inner.example.com has the address 10.0.0.1, not of the internet; ask who runs the operator to allow it with --context-source-allow'],
    ['ftp://teams.example.com/', 'unsupported URL scheme "ftp" (only http/https are allowed)'],
    ['http://me:you@teams.example.com/', 'http://teams.example.com/ has a user name in it; give credentials in a header of headersFrom'],
  ])('to %s are looked at as anything else', async (location, problem) => {
    names['inner.example.com'] = ['10.0.0.1'];
    routes['/inner'] = leadsTo(() => location);
    expect(await fetchOne({ url: `${plainUrl}/inner`, allowInsecure: true })).toEqual(failedOwners(problem));
  });

  test('of a POST become a GET, but for 307 and 308', async () => {
    routes['/ask'] = echo;
    routes['/302'] = leadsTo(() => '/ask');
    routes['/307'] = leadsTo(() => '/ask', 307);
    const asked = async (path: string) => {
      const result = await fetchOne({ url: `${url}${path}`, method: 'POST', body: '{}' });
      const { method, text, headers } = JSON.parse(result.is === 'fetched' ? result.texts.owners! : '{}') as { method: string; text: string; headers: Record<string, string> };
      return [method, text, headers['content-type']];
    };
    expect([await asked('/302'), await asked('/307')]).toEqual([['GET', '', undefined], ['POST', '{}', 'application/json']]);
  });
});
