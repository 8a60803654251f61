import type { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { BodyRoom } from '../../src/webhooks/body.ts';
import { ManualClock } from '../kube/manual-clock.ts';
import { aGateway, anApp, aSpawner, fromGitHub, fromLinear, SECRETS, signed } from './webhook-fixture.ts';

const issues = aSpawner('workers', { githubWebhook: { events: ['issues'] } });
const opened = JSON.stringify({ action: 'opened', repository: { full_name: 'acme/shop' } });

async function linesOf(registry: Registry, metric: string): Promise<string[]> {
  const text = await registry.getSingleMetricAsString(`taskwright_webhook_${metric}`);
  return text.split('\n').filter((line) => !line.startsWith('#') && !line.includes('_bucket'));
}

const counted = (labels: { source?: string; namespace?: string; gateway?: string }, outcome: string, status: number, count = 1) =>
  `taskwright_webhook_deliveries_total{source="${labels.source ?? ''}",namespace="${labels.namespace ?? ''}",gateway="${labels.gateway ?? ''}",outcome="${outcome}",status_code="${status}"} ${count}`;

test('deliveries are counted by where they came in and what they were answered', async () => {
  const hooks = aGateway('hooks', { github: { secretRef: { name: 'hooks' } } });
  const { post, registry } = anApp({ spawners: [issues], gateways: [hooks, aGateway('locked', { generic: { secretRef: { name: 'none' } } })], secrets: { 'dev/hooks': { 'webhook-secret': SECRETS.gateway } } });
  await post('/webhook/github', opened, fromGitHub(opened));
  await post('/webhook/github', opened, fromGitHub(opened));
  await post('/webhook/github', opened, fromGitHub(opened, { key: 'another' }));
  await post('/webhook/linear', '[]', fromLinear('[]'));
  await post('/webhook/alerts', '{}', signed('{}'));
  await post('/webhook/dev/hooks', opened, fromGitHub(opened, { key: SECRETS.gateway }));
  await post('/webhook/dev/locked', '{}', signed('{}'));
  expect(await linesOf(registry, 'deliveries_total')).toEqual([
    counted({ source: 'github' }, 'taken', 200),
    counted({ source: 'github' }, 'known', 200),
    counted({ source: 'github' }, 'unauthorized', 401),
    counted({ source: 'linear' }, 'noObject', 400),
    counted({ source: 'generic' }, 'taken', 200),
    counted({ source: 'github', namespace: 'dev', gateway: 'hooks' }, 'taken', 200),
    counted({ namespace: 'dev', gateway: 'locked' }, 'noKey', 503),
  ]);
});

test('what strangers post makes no series, however many paths and methods they think of', async () => {
  const { app, post, registry } = anApp();
  for (let index = 0; index < 50; index += 1) {
    await post(`/webhook/dev/gateway-${index}`, '{}');
    await post(`/webhook/source-${index}`, '{}');
    await post(`/nowhere-${index}`, '{}');
    await post(`/webhook/Bad-${index}`, '{}');
    await app.request('/webhook/github', { method: `X${index}` });
  }
  expect(await linesOf(registry, 'deliveries_total')).toEqual([
    counted({}, 'unauthorized', 401, 50), counted({ source: 'generic' }, 'unauthorized', 401, 50), counted({}, 'noPath', 404, 50), counted({}, 'badPath', 400, 50), counted({}, 'notPost', 405, 50),
  ]);
});

test('the bytes of what nothing came of are counted as they were read, and not as they were announced', async () => {
  const { app, post, registry } = anApp({ spawners: [issues], room: new BodyRoom(100) });
  await post('/webhook/github', opened, fromGitHub(opened));
  await post('/webhook/github', 'x'.repeat(30), { 'x-hub-signature-256': 'sha256=0' });
  await post('/webhook/alerts', '{}', { 'content-length': '999999999999' });
  let chunks = 0;
  const body = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array((chunks += 1) === 1 ? 60 : 50)) });
  const { status } = await app.request('/webhook/alerts', { method: 'POST', body, headers: { 'content-type': 'application/json' }, duplex: 'half' } as RequestInit);
  expect([status, await linesOf(registry, 'refused_bytes_total')]).toEqual([503, [
    'taskwright_webhook_refused_bytes_total{source="github"} 30',
    'taskwright_webhook_refused_bytes_total{source="generic"} 60',
  ]]);
});

test('the time until the answer is told, and how many are under way, answered or not', async () => {
  const clock = new ManualClock();
  const { post, spawning, registry } = anApp({ spawners: [issues], clock });
  const gate = Promise.withResolvers<void>();
  spawning.before = () => gate.promise;
  const late = post('/webhook/github', opened, fromGitHub(opened));
  await expect.poll(() => spawning.asked).toBe(1);
  expect(await linesOf(registry, 'deliveries_under_way')).toEqual(['taskwright_webhook_deliveries_under_way 1']);
  await clock.advance(1_800);
  expect((await late).status).toBe(503);
  expect(await linesOf(registry, 'delivery_duration_seconds')).toEqual(['taskwright_webhook_delivery_duration_seconds_sum{source="github"} 1.8', 'taskwright_webhook_delivery_duration_seconds_count{source="github"} 1']);
  expect(await linesOf(registry, 'deliveries_under_way')).toEqual(['taskwright_webhook_deliveries_under_way 1']);
  gate.resolve();
  await expect.poll(() => linesOf(registry, 'deliveries_under_way')).toEqual(['taskwright_webhook_deliveries_under_way 0']);
  // It came to something in the end.
  expect(await linesOf(registry, 'refused_bytes_total')).toEqual([]);
});

test('what Slack sends is counted with the rest', async () => {
  const answers = [200, 401, 503];
  const { post, registry } = anApp({ slack: async () => ({ status: answers.shift()!, contentType: 'text/plain', body: '' }), room: new BodyRoom(10) });
  for (const _ of [1, 2, 3]) await post('/webhook/slack', 'x');
  await post('/webhook/slack', 'x'.repeat(11));
  expect(await linesOf(registry, 'deliveries_total')).toEqual([
    counted({ source: 'slack' }, 'taken', 200), counted({ source: 'slack' }, 'unauthorized', 401), counted({ source: 'slack' }, 'failed', 503), counted({ source: 'slack' }, 'busy', 503),
  ]);
});
