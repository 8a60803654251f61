import { describe, expect, test } from 'vitest';
import { ANSWERS } from '../../src/webhooks/answer.ts';
import { BodyRoom, MOST_BODY_BYTES } from '../../src/webhooks/body.ts';
import { ManualClock } from '../kube/manual-clock.ts';
import { aGateway, anApp, aSpawner, fromGitHub, fromLinear, SECRETS, signed } from './webhook-fixture.ts';

const issues = aSpawner('workers', { githubWebhook: { events: ['issues'] } });
const opened = JSON.stringify({ action: 'opened', repository: { full_name: 'acme/shop' } });
const alerts = aSpawner('alerts', { webhook: { source: 'alerts', fieldMapping: { id: '$.id', title: '$.title' } } });

const answer = (name: keyof typeof ANSWERS) => ({ status: ANSWERS[name].status, text: ANSWERS[name].text });

describe('a request is refused before anybody knows who sent it', () => {
  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('%s is not POST', async (method) => {
    const { app } = anApp();
    const response = await app.request('/webhook/github', { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test.each([
    ['/', 'noPath'], ['/webhooks/github', 'noPath'], ['/healthz', 'noPath'], ['/webhook', 'badPath'], ['/webhook/', 'badPath'], ['/webhook//', 'badPath'],
    ['/webhook/a/b/c', 'badPath'], ['/webhook/dev//', 'badPath'], ['/webhook/%2e%2e/x', 'noPath'], ['/webhook/A', 'badPath'], [`/webhook/${'a'.repeat(300)}`, 'badPath'],
  ] as const)('%s is %s', async (path, name) => {
    expect(await anApp().post(path, '{}')).toEqual(answer(name));
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', 'image/png'])('%s is not JSON', async (type) => {
    expect(await anApp().post('/webhook/github', opened, { ...fromGitHub(opened), 'content-type': type })).toEqual(answer('notJsonType'));
  });

  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/cloudevents+json'])('%s is', async (type) => {
    expect(await anApp().post('/webhook/github', opened, { ...fromGitHub(opened), 'content-type': type })).toEqual(answer('taken'));
  });

  test('one that says that it is too long is not read', async () => {
    expect(await anApp().post('/webhook/github', '{}', { 'content-length': String(MOST_BODY_BYTES + 1) })).toEqual(answer('tooLarge'));
  });

  test('one that turns out to be too long is not read on', async () => {
    const { app, room } = anApp({ room: new BodyRoom(MOST_BODY_BYTES * 2) });
    let sent = 0;
    const body = new ReadableStream({ pull: (stream) => {
      sent += 1;
      stream.enqueue(new Uint8Array(1024 * 1024));
    } });
    const response = await app.request('/webhook/github', { method: 'POST', body, headers: { 'content-type': 'application/json' }, duplex: 'half' } as RequestInit);
    expect([response.status, sent <= 13, room.take(MOST_BODY_BYTES * 2)]).toEqual([413, true, true]);
  });

  test('the longest one is read', async () => {
    const body = Buffer.from(`{"a":"${'x'.repeat(MOST_BODY_BYTES - 8)}"}`);
    expect(body.length).toBe(MOST_BODY_BYTES);
    expect(await anApp().post('/webhook/github', body, fromGitHub(body))).toEqual(answer('taken'));
  });

  test('one for which there is no room comes again', async () => {
    const { post } = anApp({ room: new BodyRoom(20) });
    expect([await post('/webhook/github', opened, fromGitHub(opened)), await post('/webhook/github', '{}', fromGitHub('{}'))]).toEqual([answer('busy'), answer('taken')]);
  });

  test('a body that breaks off is refused', async () => {
    const body = new ReadableStream({ pull: (stream) => stream.error(new Error('gone')) });
    const response = await anApp().app.request('/webhook/github', { method: 'POST', body, headers: { 'content-type': 'application/json' }, duplex: 'half' } as RequestInit);
    expect(response.status).toBe(400);
  });

  test('nothing is taken before the caches are full', async () => {
    expect(await anApp({ isReady: () => false }).post('/webhook/github', opened, fromGitHub(opened))).toEqual(answer('notReady'));
  });
});

describe('who sent it is known by the signature', () => {
  const bad: [string, Record<string, string>][] = [
    ['none', {}],
    ['an empty one', { 'x-hub-signature-256': '' }],
    ['one without its prefix', { 'x-hub-signature-256': fromGitHub(opened)['x-hub-signature-256']!.slice(7) }],
    ['one of another secret', fromGitHub(opened, { key: 'another' })],
    ['one of another body', fromGitHub(`${opened} `)],
    ['one in capitals', { 'x-hub-signature-256': fromGitHub(opened)['x-hub-signature-256']!.toUpperCase() }],
    ['one that is cut', { 'x-hub-signature-256': fromGitHub(opened)['x-hub-signature-256']!.slice(0, -1) }],
    ['the older kind', { 'x-hub-signature': 'sha1=0000000000000000000000000000000000000000' }],
  ];
  test.each(bad)('%s is refused', async (_, headers) => {
    const { post, spawning } = anApp({ spawners: [issues] });
    expect(await post('/webhook/github', opened, { 'x-github-event': 'issues', ...headers })).toEqual(answer('unauthorized'));
    expect(spawning.asked).toBe(0);
  });

  test('of Linear, too', async () => {
    const body = JSON.stringify({ type: 'Issue' });
    const { post } = anApp();
    expect([await post('/webhook/linear', body), await post('/webhook/linear', body, fromLinear(body, { key: 'x' })), await post('/webhook/linear', body, fromLinear(body))]).toEqual([answer('unauthorized'), answer('unauthorized'), answer('taken')]);
  });

  test('an old delivery of Linear is not taken again, nor one from the future', async () => {
    const { post } = anApp();
    const at = (offsetMs: number) => JSON.stringify({ type: 'Issue', webhookTimestamp: Date.parse('2026-01-01T00:00:00Z') + offsetMs });
    const send = (body: string) => post('/webhook/linear', body, fromLinear(body));
    expect([await send(at(-60_001)), await send(at(60_001)), await send(at(-60_000))]).toEqual([answer('stale'), answer('stale'), answer('taken')]);
  });

  test('a gateway that does not exist looks like one with another secret', async () => {
    const { post } = anApp({ gateways: [aGateway('hooks', { github: { secretRef: { name: 'hooks' } } })], secrets: { 'dev/hooks': { 'webhook-secret': SECRETS.gateway } } });
    const [unknown, wrong, right] = [await post('/webhook/dev/nope', opened, fromGitHub(opened)), await post('/webhook/dev/hooks', opened, fromGitHub(opened)), await post('/webhook/dev/hooks', opened, fromGitHub(opened, { key: SECRETS.gateway }))];
    expect([unknown, wrong, right]).toEqual([answer('unauthorized'), answer('unauthorized'), answer('taken')]);
  });

  test.each([['is missing', {}], ['lacks the key', { 'dev/hooks': { token: 'x' } }], ['has an empty one', { 'dev/hooks': { 'webhook-secret': ' \n' } }]])('a gateway whose Secret %s has senders come again', async (_, secrets) => {
    const { post } = anApp({ gateways: [aGateway('hooks', { github: { secretRef: { name: 'hooks' } } })], secrets });
    expect(await post('/webhook/dev/hooks', opened, fromGitHub(opened))).toEqual(answer('noKey'));
  });

  test('while a secret is replaced, both are good', async () => {
    const { post } = anApp({ gateways: [aGateway('hooks', { github: { secretRef: { name: 'hooks' } } })], secrets: { 'dev/hooks': { 'webhook-secret': 'new\nold\n' } } });
    const send = (key: string) => post('/webhook/dev/hooks', opened, fromGitHub(opened, { key, id: key }));
    expect([await send('old'), await send('new'), await send('older')]).toEqual([answer('taken'), answer('taken'), answer('unauthorized')]);
  });

  test('what anybody may post needs a signature, unless that was said', async () => {
    const body = JSON.stringify({ id: 'a' });
    expect(await anApp({ spawners: [alerts] }).post('/webhook/alerts', body)).toEqual(answer('unauthorized'));
    expect(await anApp({ spawners: [alerts] }).post('/webhook/alerts', body, signed(body))).toEqual(answer('taken'));
    expect(await anApp({ spawners: [alerts], allowsUnsigned: true }).post('/webhook/alerts', body)).toEqual(answer('taken'));
  });

  test('a generic gateway takes everything, unless it has a secret', async () => {
    const gateways = [aGateway('open', { generic: {} }), aGateway('signed', { generic: { secretRef: { name: 'hooks' } } })];
    const { post } = anApp({ gateways, secrets: { 'dev/hooks': { 'webhook-secret': SECRETS.gateway } } });
    expect([await post('/webhook/dev/open', '{}'), await post('/webhook/dev/signed', '{}'), await post('/webhook/dev/signed', '{}', signed('{}', SECRETS.gateway))]).toEqual([answer('taken'), answer('unauthorized'), answer('taken')]);
  });
});

describe('a body that says nothing is refused', () => {
  const nested = (levels: number) => `${'['.repeat(levels - 1)}{}${']'.repeat(levels - 1)}`;
  test.each([
    ['no JSON', 'hello', 'notJson'], ['nothing', '', 'notJson'], ['half of it', '{"a":', 'notJson'], ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'notJson'],
    ['a list', '[]', 'noObject'], ['a text', '"x"', 'noObject'], ['null', 'null', 'noObject'],
    ['1,000 levels', `{"a":${nested(1_000)}}`, 'tooDeep'], ['201 levels', `{"a":${nested(200)}}`, 'tooDeep'], ['200 levels', `{"a":${nested(199)}}`, 'taken'],
    ['brackets in a text', JSON.stringify({ a: `\\"${'['.repeat(500)}` }), 'taken'],
    ['members that are none', '{"__proto__":{"x":1},"constructor":{"prototype":1}}', 'taken'],
  ] as const)('%s', async (_, body, name) => {
    expect(await anApp().post('/webhook/github', body as string, fromGitHub(body as string))).toEqual(answer(name));
  });

  test('GitHub says which event it is', async () => {
    const { 'x-github-event': _, ...headers } = fromGitHub(opened);
    expect(await anApp().post('/webhook/github', opened, headers)).toEqual(answer('noEvent'));
  });

  test.each(['ping', 'no_such_event', 'Ümläut', '../../etc'])('an event that nobody waits for is taken, and nothing is made of it: %s', async (event) => {
    const { post, spawning } = anApp({ spawners: [issues] });
    expect(await post('/webhook/github', opened, fromGitHub(opened, { event: Buffer.from(event).toString('latin1') }))).toEqual(answer('taken'));
    expect(spawning.asked).toBe(0);
  });
});

describe('who listens', () => {
  test('of four spawners, the one that refers to the gateway in its namespace', async () => {
    const to = (name: string, gateway: string | undefined, namespace = 'dev') => aSpawner(name, { githubWebhook: { events: ['issues'], ...(gateway ? { gatewayRef: { name: gateway } } : {}) } }, { namespace });
    const { post, spawning } = anApp({
      spawners: [to('right', 'hooks'), to('without', undefined), to('other', 'hooks-2'), to('elsewhere', 'hooks', 'prod')],
      gateways: [aGateway('hooks', { github: { secretRef: { name: 'hooks' } } })],
      secrets: { 'dev/hooks': { 'webhook-secret': SECRETS.gateway } },
    });
    await post('/webhook/dev/hooks', opened, fromGitHub(opened, { key: SECRETS.gateway }));
    expect([...spawning.tasks.keys()].map((key) => key.split('-issues-')[0])).toEqual(['dev/right']);
    await post('/webhook/github', opened, fromGitHub(opened));
    expect([...spawning.tasks.keys()].map((key) => key.split('-issues-')[0])).toEqual(['dev/right', 'dev/without']);
  });

  test('of other repositories nobody is asked', async () => {
    const of = (name: string, repository?: string) => aSpawner(name, { githubWebhook: { events: ['issues'], ...(repository ? { repository } : {}) } });
    const { post, spawning } = anApp({ spawners: [of('all'), of('shop', 'acme/shop'), of('cart', 'acme/cart')] });
    await post('/webhook/github', opened, fromGitHub(opened));
    expect([...spawning.tasks.keys()].map((key) => key.split('-issues-')[0])).toEqual(['dev/all', 'dev/shop']);
  });

  test('a gateway takes the deliveries of its own source', async () => {
    const spawner = aSpawner('linear', { linearWebhook: { types: ['Issue'], gatewayRef: { name: 'hooks' } } });
    const { post, spawning } = anApp({ spawners: [spawner], gateways: [aGateway('hooks', { github: { secretRef: { name: 'hooks' } } })], secrets: { 'dev/hooks': { 'webhook-secret': SECRETS.gateway } } });
    const body = JSON.stringify({ type: 'Issue', data: {} });
    expect(await post('/webhook/dev/hooks', body, fromGitHub(body, { key: SECRETS.gateway }))).toEqual(answer('taken'));
    expect(spawning.asked).toBe(0);
  });

  test('a source that is called github or linear is reached through a gateway alone', async () => {
    const spawner = aSpawner('mine', { webhook: { source: 'github', fieldMapping: { id: '$.id' } } });
    const { post, spawning } = anApp({ spawners: [spawner] });
    await post('/webhook/github', opened, fromGitHub(opened));
    expect(spawning.asked).toBe(0);
  });

  test('generic deliveries of gateways of one name in two namespaces are two, and so are their ids', async () => {
    const at = (namespace: string) => aSpawner('alerts', { webhook: { source: 'any', fieldMapping: { id: '$.id' }, gatewayRef: { name: 'open' } } }, { namespace });
    const { post, spawning } = anApp({ spawners: [at('dev'), at('prod')], gateways: [aGateway('open', { generic: {} }), aGateway('open', { generic: {} }, 'prod')] });
    await post('/webhook/dev/open', '{"id":"a"}');
    await post('/webhook/prod/open', '{"id":"a"}');
    expect([...spawning.tasks].map(([key, id]) => [key.split('-open-')[0], id])).toEqual([['dev/alerts', 'generic-dev/open-a'], ['prod/alerts', 'generic-prod/open-a']]);
  });

  test('nobody who is suspended, and that is noted', async () => {
    const { post, spawning } = anApp({ spawners: [{ ...issues, spec: { ...issues.spec, suspend: true } }] });
    expect(await post('/webhook/github', opened, fromGitHub(opened))).toEqual(answer('taken'));
    expect([spawning.asked, spawning.skipped]).toEqual([0, [{ spawner: 'workers', event: { id: 'delivery-1', summary: 'a delivery of issues', filter: 'suspend', seen: 'true' } }]]);
  });
});

describe('a delivery is durable before it is taken', () => {
  test('the same one twice makes one Task, and is answered twice', async () => {
    const { post, spawning } = anApp({ spawners: [issues] });
    const send = () => post('/webhook/github', opened, fromGitHub(opened));
    expect([await send(), await send(), spawning.asked]).toEqual([answer('taken'), answer('taken'), 1]);
  });

  test('two at a time are worked on once', async () => {
    const { post, spawning } = anApp({ spawners: [issues] });
    const gate = Promise.withResolvers<void>();
    spawning.before = () => gate.promise;
    const both = [post('/webhook/github', opened, fromGitHub(opened)), post('/webhook/github', opened, fromGitHub(opened))];
    await expect.poll(() => spawning.asked).toBe(1);
    gate.resolve();
    expect([await Promise.all(both), spawning.asked, spawning.tasks.size]).toEqual([[answer('taken'), answer('taken')], 1, 1]);
  });

  test('one that failed is told to come again, and then repeats only what is missing', async () => {
    const { post, spawning } = anApp({ spawners: [issues, aSpawner('second', { githubWebhook: { events: ['issues'] } })] });
    let failures = 0;
    spawning.before = async ({ metadata }) => {
      if (metadata.name === 'second' && failures++ === 0) throw new Error('the API server is away');
    };
    const send = () => post('/webhook/github', opened, fromGitHub(opened));
    expect([await send(), spawning.tasks.size]).toEqual([answer('failed'), 1]);
    expect([await send(), spawning.tasks.size]).toEqual([answer('taken'), 2]);
  });

  test('one that cannot be judged is not lost, and the others are served', async () => {
    let fails = true;
    const { post, spawning } = anApp({
      spawners: [issues, aSpawner('second', { githubWebhook: { events: ['issues'], repository: 'acme/shop' } })],
      sources: { githubWebhook: { trigger: 'githubWebhook', async match({ repository }, { id }) {
        if (repository && fails) throw new Error('the files of a pull request are not known');
        return { id, nameSuffix: 'x', summary: 'x', variables: {}, labels: [], annotations: {} };
      } } },
    });
    const send = () => post('/webhook/github', opened, fromGitHub(opened));
    expect([await send(), spawning.tasks.size]).toEqual([answer('failed'), 1]);
    fails = false;
    expect([await send(), spawning.tasks.size]).toEqual([answer('taken'), 2]);
  });

  test('a sender is answered in time, and who comes again is told what came of it', async () => {
    const clock = new ManualClock();
    const { post, spawning } = anApp({ spawners: [issues], clock });
    const gate = Promise.withResolvers<void>();
    spawning.before = () => gate.promise;
    const first = post('/webhook/github', opened, fromGitHub(opened));
    await expect.poll(() => spawning.asked).toBe(1);
    await clock.advance(1_800);
    expect(await first).toEqual(answer('late'));
    const second = post('/webhook/github', opened, fromGitHub(opened));
    gate.resolve();
    expect([await second, spawning.asked]).toEqual([answer('taken'), 1]);
  });

  test('work that does not end is aborted after a minute', async () => {
    const clock = new ManualClock();
    const { post, spawning } = anApp({ spawners: [issues], clock });
    spawning.before = (_, __, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const first = post('/webhook/github', opened, fromGitHub(opened));
    await expect.poll(() => spawning.asked).toBe(1);
    await clock.advance(60_000);
    expect(await first).toEqual(answer('late'));
    spawning.before = async () => {};
    expect(await post('/webhook/github', opened, fromGitHub(opened))).toEqual(answer('taken'));
  });

  test('while everything is paused, a sender comes again', async () => {
    let paused: string | undefined = 'an incident';
    const { post, spawning } = anApp({ spawners: [issues], pausedBy: () => paused });
    expect([await post('/webhook/github', opened, fromGitHub(opened)), spawning.asked]).toEqual([answer('paused'), 0]);
    paused = undefined;
    expect([await post('/webhook/github', opened, fromGitHub(opened)), spawning.asked]).toEqual([answer('taken'), 1]);
  });

  test('at the end what is under way is done, and nothing new is taken', async () => {
    const { post, spawning, deliveries } = anApp({ spawners: [issues] });
    const gate = Promise.withResolvers<void>();
    spawning.before = () => gate.promise;
    const first = post('/webhook/github', opened, fromGitHub(opened));
    await expect.poll(() => spawning.asked).toBe(1);
    const stopped = deliveries.stop(30_000);
    expect(await post('/webhook/github', opened, fromGitHub(opened, { id: 'delivery-2' }))).toEqual(answer('notReady'));
    gate.resolve();
    await stopped;
    expect([await first, spawning.tasks.size]).toEqual([answer('taken'), 1]);
  });

  test('the room of a body is given back after the work on it, and not before', async () => {
    const room = new BodyRoom(100);
    const { post, spawning } = anApp({ spawners: [issues], room });
    const gate = Promise.withResolvers<void>();
    spawning.before = () => gate.promise;
    const first = post('/webhook/github', opened, fromGitHub(opened));
    await expect.poll(() => spawning.asked).toBe(1);
    expect(room.take(100 - opened.length + 1)).toBe(false);
    gate.resolve();
    await first;
    expect(room.take(100)).toBe(true);
  });
});

test('a line tells of a delivery, and nothing that it holds', async () => {
  const { post, lines } = anApp({ spawners: [issues] });
  const body = JSON.stringify({ action: 'opened', issue: { title: 'a hostile title' } });
  await post('/webhook/github?token=in-a-query', body, { ...fromGitHub(body), authorization: 'Bearer of-something' });
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([{ level: 'info', method: 'POST', path: '/webhook/github', source: 'githubWebhook', delivery: 'delivery-1', event: 'issues', outcome: 'taken', status: 200, concerned: 1, tasks: 1, ms: 0, message: 'delivery' }]);
});
