import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/kube/clock.ts';
import { type Random, seededRandom } from '../../src/kube/random.ts';
import { githubWebhook } from '../../src/sources/github-webhook/github-webhook.ts';
import { ANSWERS } from '../../src/webhooks/answer.ts';
import { aGateway, anApp, aSpawner, fromGitHub, fromLinear, SECRETS, signed } from './webhook-fixture.ts';

/** Each is another one, from one seed. */
const DELIVERIES = 100_000;
/** In every body, and in a header: a log must never hold it. */
const CANARY = 'canary-7f3a91';

const PAYLOADS = new URL('../payloads/', import.meta.url);
const github = readdirSync(PAYLOADS).filter((name) => name.endsWith('.json')).map((name) => ({ event: name.split('.')[0]!, payload: JSON.parse(readFileSync(new URL(name, PAYLOADS), 'utf8')) as object }));
const linear = { type: 'Issue', action: 'create', data: { id: 'i-1', title: 'Slow', state: { name: 'Todo' }, labels: [{ name: 'bug' }] } };
const alert = { id: 'a-1', title: 'Disk full', status: 'firing', labels: { team: 'shop', severity: 3 }, alerts: [{ name: 'x' }, { name: 'y' }] };

const HOSTILE: readonly unknown[] = [
  '', '\u0000', '\ud800', '{{.Title}}', '$(reboot)', '; rm -rf /', '../../etc/passwd', 'a'.repeat(10_000), `${'a'.repeat(5_000)}!`, '🥚'.repeat(500), '\u202eevil', '<script>', "' OR 1=1 --", 'refs/heads/--upload-pack=x', '__proto__',
  null, true, 0, -1, 1e308, 2 ** 53, Number.MAX_SAFE_INTEGER, [], {}, [[]], { __proto__: null, toString: 1 }, { constructor: { prototype: {} } }, { length: 1e9 },
];

const SPAWNERS = [
  aSpawner('all', { githubWebhook: { events: github.map(({ event }) => event) } }),
  aSpawner('few', {
    githubWebhook: {
      events: ['issues', 'issue_comment', 'pull_request', 'push'], repository: 'acme/shop', excludeAuthors: ['bot'],
      filters: [{ event: 'issues', bodyPattern: '^(a+)+$' }, { event: 'issue_comment', bodyContains: '/bot', commentOn: 'PullRequest' }, { event: 'pull_request', branch: '[a-z*', draft: false }, { event: 'push', branch: '**' }],
    },
  }),
  aSpawner('gated', { githubWebhook: { events: ['issues', 'push'], gatewayRef: { name: 'hooks' } } }),
  aSpawner('linear', { linearWebhook: { types: ['issue', 'comment'], filters: [{ action: 'create', states: ['todo'] }, { labels: ['bug'], excludeLabels: ['x'] }] } }),
  aSpawner('alerts', { webhook: { source: 'alerts', fieldMapping: { id: '$.id', title: '$.title', all: '$..*', named: '$.alerts[?(@.name =~ "^x")].name' }, filters: [{ field: '$.status', pattern: '^(f|i)+' }], excludeFilters: [{ field: '$.labels.team', value: 'none' }] } }),
  aSpawner('broken', { webhook: { source: 'alerts', fieldMapping: { id: '$.id', title: '$.[' } } }),
  aSpawner('open', { webhook: { source: 'any', fieldMapping: { id: '$.id' }, gatewayRef: { name: 'open' } } }),
];
const GATEWAYS = [aGateway('hooks', { github: { secretRef: { name: 'hooks' } } }), aGateway('open', { generic: {} })];
const PATHS = ['/webhook/github', '/webhook/linear', '/webhook/alerts', '/webhook/dev/hooks', '/webhook/dev/open', '/webhook/dev/nope', '/webhook/', '/webhook/x/y/z', '/', '/webhook/%00', '/webhook/GITHUB'];
const TYPES = ['application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded', 'application/cloudevents+json', '', 'application/json'.repeat(50)];

interface Draft {
  path: string;
  body: Buffer;
  headers: Record<string, string>;
}

test(`${DELIVERIES} deliveries that were tampered with are answered as documented, and make nothing twice`, { timeout: 600_000 }, async () => {
  const random = seededRandom(20_261_121);
  const { app, spawning, lines } = anApp({ spawners: SPAWNERS, gateways: GATEWAYS, secrets: { 'dev/hooks': { 'webhook-secret': SECRETS.gateway } }, sources: { githubWebhook } });
  const documented = new Set(Object.values(ANSWERS).map(({ status, text }) => `${status} ${text}`));
  const forbidden = new RegExp([CANARY, ...Object.values(SECRETS)].join('|'));
  const counts = new Map<number, number>();
  const sent: Draft[] = [];
  const taken = new Set<string>();
  const startedAt = systemClock.elapsed();

  for (let index = 0; index < DELIVERIES; index += 1) {
    const draft = random() < 0.1 && sent.length > 0 ? sent[below(random, sent.length)]! : drawn(random, index);
    if (sent.length < 1_000) sent.push(draft);
    const method = random() < 0.005 ? 'PUT' : 'POST';
    const response = await app.request(draft.path, { method, body: draft.body as unknown as string, headers: draft.headers });
    const answer = `${response.status} ${await response.text()}`;
    if (!documented.has(answer) || answer === `503 ${ANSWERS.broken.text}` || answer === `503 ${ANSWERS.failed.text}`) expect.fail(`delivery ${index} to ${draft.path} was answered ${answer}`);
    const line = lines.splice(0).join('\n');
    if (forbidden.test(line)) expect.fail(`delivery ${index}: the log holds what it must not: ${line}`);
    counts.set(response.status, (counts.get(response.status) ?? 0) + 1);
    if (response.status === 200) taken.add(`${draft.path} ${draft.headers['x-github-delivery'] ?? draft.headers['linear-delivery'] ?? draft.body.toString('latin1')}`);
  }

  const perSpawner = new Map<string, number>();
  for (const key of spawning.tasks.keys()) {
    const name = key.slice('dev/'.length).split('-', 1)[0]!;
    perSpawner.set(name, (perSpawner.get(name) ?? 0) + 1);
  }
  const ids = [...spawning.tasks].map(([key, id]) => `${key.split('-', 1)[0]} ${id}`);
  expect(new Set(ids).size).toBe(ids.length);
  for (const made of perSpawner.values()) expect(made).toBeLessThanOrEqual(taken.size);
  expect([...perSpawner.keys()].sort()).toEqual(['alerts', 'all', 'few', 'gated', 'linear', 'open']);
  expect([...counts.keys()].sort()).toEqual([200, 400, 401, 404, 405, 415]);
  process.stdout.write(`fuzz: ${DELIVERIES} deliveries in ${Math.round((systemClock.elapsed() - startedAt) / 1000)} s; answers ${JSON.stringify(Object.fromEntries([...counts].sort()))}; ${spawning.tasks.size} Tasks of ${taken.size} that were taken\n`);
});

/** One that is well formed, or was, before somebody changed it: its values and then its signature, or its bytes after that. */
function drawn(random: Random, index: number): Draft {
  const { path, value, sign } = picked(random, index);
  const changed = random() < 0.5 ? mutated(random, value) : value;
  const draft = { path, ...sign(Buffer.from(JSON.stringify(changed))) };
  const headers = { 'content-type': 'application/json', 'x-canary': CANARY, ...draft.headers };
  const roll = random();
  if (roll < 0.7) return { ...draft, headers };
  if (roll < 0.76) return { ...draft, headers, body: damaged(random, draft.body) };
  if (roll < 0.8) return { path, ...withHeaders(sign(damaged(random, draft.body)), headers) };
  if (roll < 0.84) return { ...draft, headers, path: one(random, PATHS) };
  if (roll < 0.88) return { ...draft, headers: { ...headers, 'content-type': one(random, TYPES) } };
  if (roll < 0.94) return { ...draft, headers: without(headers, one(random, Object.keys(headers))) };
  return { path, ...withHeaders(sign(Buffer.from(nested(below(random, 1_200)))), headers) };
}

function picked(random: Random, index: number): { path: string; value: object; sign: (body: Buffer) => { body: Buffer; headers: Record<string, string> } } {
  const id = `delivery-${index}`;
  const { event, payload } = one(random, github);
  const roll = random();
  if (roll < 0.5) return { path: '/webhook/github', value: { ...payload, canary: CANARY }, sign: (body) => ({ body, headers: fromGitHub(body, { event, id }) }) };
  if (roll < 0.65) return { path: '/webhook/dev/hooks', value: { ...payload, canary: CANARY }, sign: (body) => ({ body, headers: fromGitHub(body, { event, id, key: SECRETS.gateway }) }) };
  if (roll < 0.8) return { path: '/webhook/linear', value: { ...linear, canary: CANARY }, sign: (body) => ({ body, headers: fromLinear(body, { id }) }) };
  const value = { ...alert, canary: CANARY, id: random() < 0.5 ? `a-${below(random, 1_000)}` : index };
  if (roll < 0.95) return { path: '/webhook/alerts', value, sign: (body) => ({ body, headers: signed(body) }) };
  return { path: '/webhook/dev/open', value, sign: (body) => ({ body, headers: {} }) };
}

/** The same with some values exchanged, members left out or added. */
function mutated(random: Random, value: unknown, depth = 0): unknown {
  if (depth > 0 && random() < 0.02) return one(random, HOSTILE);
  if (Array.isArray(value)) return value.map((item) => mutated(random, item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => name === 'canary' || random() > 0.01);
  if (random() < 0.02) entries.push([one(random, ['__proto__', 'constructor', '', 'ünï', 'a'.repeat(300)]), one(random, HOSTILE)]);
  return Object.fromEntries(entries.map(([name, member]) => [name, name === 'canary' ? member : mutated(random, member, depth + 1)]));
}

/** Bytes that are cut, flipped or put in. */
function damaged(random: Random, body: Buffer): Buffer {
  const at = below(random, body.length);
  const roll = random();
  if (roll < 0.3) return body.subarray(0, at);
  const copy = Buffer.from(body);
  if (roll < 0.7) copy[at] = copy[at]! ^ (1 << below(random, 8));
  return roll < 0.7 ? copy : Buffer.concat([copy.subarray(0, at), Buffer.from([0xff, 0x00, 0x5b, 0x22].slice(below(random, 4))), copy.subarray(at)]);
}

function nested(levels: number): string {
  return `{"canary":"${CANARY}","a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}

function withHeaders({ body, headers }: { body: Buffer; headers: Record<string, string> }, others: Record<string, string>) {
  return { body, headers: { ...others, ...headers } };
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([known]) => known !== name));
}

function one<T>(random: Random, items: readonly T[]): T {
  return items[below(random, items.length)]!;
}

function below(random: Random, bound: number): number {
  return Math.floor(random() * bound);
}
