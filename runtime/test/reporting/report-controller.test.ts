import { taskResource } from '@taskwright/schema';
import { afterEach, describe, expect, test } from 'vitest';
import { secondaryLimit } from '../../src/testing/github-server.ts';
import { aWorld, type Death, type Reporter, SHA, spawner, TOKEN, type World } from './report-world.ts';

const COMMENTS = { 'kelos.dev/github-reporting': 'enabled' };
const STICKY = { ...COMMENTS, 'kelos.dev/github-comment-mode': 'Sticky' };
const CHECKS = { 'kelos.dev/github-checks': 'enabled', 'kelos.dev/source-sha': SHA };
/** Longer than what is spaced takes, shorter than a refusal is left alone. */
const SOON_MS = 120_000;

let ending: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ending.toReversed()) await end();
  ending = [];
});

async function world(options?: Parameters<typeof aWorld>[0]): Promise<World> {
  const made = await aWorld(options);
  ending.push(() => made.stop());
  return made;
}

async function reporter(of: World, death?: Death): Promise<Reporter> {
  const made = await of.reporter(death);
  ending.push(() => made.stop());
  return made;
}

const shop = ({ server }: World) => server.repository('acme/shop');
const bodies = (of: World) => shop(of).commentsOf(42).map(({ body }) => body!);
const writesTo = ({ server }: World) => server.requests.filter(({ method }) => method !== 'GET').filter(({ path }) => !path.includes('access_tokens')).map(({ method, path, status }) => `${method} ${path.replace(/\d{7}/, 'ID')} ${status}`);
const labelsOf = (of: World, number = 42) => shop(of).issues.get(number)!.labels.map((label) => (typeof label === 'string' ? label : label.name));

const begun = (name = 'fix-42') => `🤖 **Kelos Task Status**\n\nTask \`${name}\` has been **accepted** and is being processed.\n\n<!-- taskwright.dev/task: dev/${name} -->`;
const succeeded = (name = 'fix-42') => `🤖 **Kelos Task Status**\n\nTask \`${name}\` has **succeeded**. ✅\n\n- Pull request: https://ghe.acme.test/acme/shop/pull/7\n\n<!-- taskwright.dev/task: dev/${name} -->`;
const PR = { results: { pr: 'https://ghe.acme.test/acme/shop/pull/7' } };

describe('the life of a Task', () => {
  test('is one comment, edited in place, and one check', async () => {
    const of = await world();
    await reporter(of);
    await of.task({ ...COMMENTS, ...CHECKS });
    await of.clock.advance(SOON_MS);
    expect(bodies(of)).toEqual([]);
    for (const phase of ['Waiting', 'Pending', 'Running']) {
      await of.phase(phase);
      await of.clock.advance(SOON_MS);
    }
    expect(bodies(of)).toEqual([begun()]);
    expect(shop(of).checks).toMatchObject([{ name: 'Kelos: workers', head_sha: SHA, status: 'in_progress', conclusion: null, completed_at: null }]);
    await of.phase('Succeeded', PR);
    await of.clock.advance(SOON_MS);
    expect(bodies(of)).toEqual([succeeded()]);
    expect(shop(of).checks).toMatchObject([{ status: 'completed', conclusion: 'success', output: { title: 'Kelos: workers — Succeeded', summary: 'Agent task `fix-42` has succeeded\n\n- Pull request: https://ghe.acme.test/acme/shop/pull/7' } }]);
    expect(writesTo(of)).toEqual(['POST /repos/acme/shop/issues/42/comments 201', 'POST /repos/acme/shop/check-runs 201', 'PATCH /repos/acme/shop/issues/comments/ID 200', 'PATCH /repos/acme/shop/check-runs/ID 200']);
    const { annotations } = (await of.read()).metadata;
    expect(annotations).toMatchObject({ 'kelos.dev/github-comment-id': String(shop(of).commentsOf(42)[0]!.id), 'kelos.dev/github-report-phase': 'succeeded', 'kelos.dev/github-check-run-id': String(shop(of).checks[0]!.id), 'kelos.dev/github-check-report-phase': 'succeeded' });
    expect(Object.keys(annotations!).filter((name) => name.endsWith('-intent'))).toEqual([]);
  });

  test('that nobody wants to hear of is told to nobody', async () => {
    const of = await world();
    await reporter(of);
    await of.task({});
    await of.phase('Succeeded');
    await of.clock.advance(SOON_MS);
    expect(of.server.requests).toEqual([]);
  });

  test('carries labels and reactions where its spawner asks for them', async () => {
    const of = await world();
    await spawner(of, { 'taskwright.dev/github-reactions': 'true', 'taskwright.dev/github-labels': '{"running":"agent/running","succeeded":"agent/done"}' });
    await reporter(of);
    await of.task({ 'taskwright.dev/source-comment': 'issue:9' });
    await of.phase('Running');
    await of.clock.advance(SOON_MS);
    expect(labelsOf(of)).toEqual(['agent/running']);
    await of.phase('Succeeded');
    await of.clock.advance(SOON_MS);
    expect(labelsOf(of)).toEqual(['agent/done']);
    expect([...shop(of).reactions]).toEqual([['issues/comments/9', ['shop-bot[bot] eyes', 'shop-bot[bot] rocket']]]);
  });

  test('a new reporter tells nothing twice', async () => {
    const of = await world();
    const first = await reporter(of);
    await of.task({ ...COMMENTS, ...CHECKS });
    await of.phase('Succeeded', PR);
    await of.clock.advance(SOON_MS);
    await first.stop();
    const before = of.server.requests.length;
    await reporter(of);
    await of.clock.advance(SOON_MS);
    expect(of.server.requests).toHaveLength(before);
  });
});

describe('a reporter that dies', () => {
  const everything = { ...COMMENTS, ...CHECKS };

  /** A whole life, on an issue of its own; the first reporter dies at its n-th write, and another goes on. */
  async function live(of: World, number: number, annotations: Record<string, string>, death?: Death) {
    const name = `fix-${number}`;
    shop(of).issue({ number });
    let last = await of.reporter(death);
    const first = last;
    const replaced = async () => {
      await of.clock.advance(SOON_MS / 4);
      if (!last.hasDied) return;
      await last.stop();
      last = await of.reporter();
      await of.clock.advance(SOON_MS / 4);
    };
    await of.task({ ...annotations, 'kelos.dev/source-number': String(number) }, name);
    await of.phase('Running', {}, name);
    await replaced();
    await of.phase('Succeeded', PR, name);
    await replaced();
    await last.stop();
    return { first, told: toldOf(of, number) };
  }

  function toldOf(of: World, number: number) {
    return {
      comments: shop(of).commentsOf(number).map(({ body }) => body!.replace('<!-- kelos.dev/github-status-comment:dev/workers -->\n', '')),
      checks: shop(of).checks.filter(({ external_id: id }) => id?.startsWith(`dev/fix-${number}/`)).map(({ status, conclusion }) => `${status} ${conclusion}`),
      labels: labelsOf(of, number),
      reactions: shop(of).reactions.get(`issues/${number}`) ?? [],
    };
  }

  test.each<[string, Record<string, string>, Record<string, string>, (name: string) => ReturnType<typeof toldOf>]>([
    ['of its own, one check, one label and no reaction twice', everything, { 'taskwright.dev/github-reactions': 'true', 'taskwright.dev/github-labels': '{"running":"agent/running","succeeded":"agent/done"}' },
      (name) => ({ comments: [succeeded(name)], checks: ['completed success'], labels: ['agent/done'], reactions: ['shop-bot[bot] eyes', 'shop-bot[bot] rocket'] })],
    ['that Tasks share', STICKY, {}, (name) => ({ comments: [succeeded(name)], checks: [], labels: [], reactions: [] })],
  ])('at any write leaves one comment %s', async (_, annotations, wishes, whole) => {
    const of = await world();
    await spawner(of, wishes);
    const { first, told } = await live(of, 100, annotations);
    expect(told).toEqual(whole('fix-100'));
    expect(first.writes).toBeGreaterThan(5);
    const deaths = Array.from({ length: first.writes }, (_each, index) => index + 1).flatMap((atWrite): Death[] => [{ atWrite, when: 'before' }, { atWrite, when: 'after' }]);
    for (const [index, death] of deaths.entries()) {
      const lived = await live(of, 101 + index, annotations, death);
      expect([lived.first.hasDied, lived.told], `death ${death.when} write ${death.atWrite}`).toEqual([true, whole(`fix-${101 + index}`)]);
    }
  });

  test.each<[string, () => Response | 'refuse']>([
    ['502', () => new Response('<html>', { status: 502 })], ['500', () => new Response('{}', { status: 500 })], ['a broken connection', () => 'refuse'],
  ])('and a GitHub that answers %s once after each kind of write cost nothing twice', async (_, fault) => {
    const of = await world();
    const failed = new Set<string>();
    await reporter(of);
    of.server.fault = (request) => {
      const what = `${request.method} ${new URL(request.url).pathname.replace(/\d+/g, 'N')}`;
      if (request.method === 'GET' || what.includes('access_tokens') || failed.has(what)) return undefined;
      failed.add(what);
      return fault();
    };
    await of.task(everything);
    await of.phase('Running');
    await of.clock.advance(SOON_MS);
    await of.phase('Succeeded', PR);
    await of.clock.advance(SOON_MS);
    expect(failed.size).toBe(4);
    expect(bodies(of)).toEqual([succeeded()]);
    expect(shop(of).checks.map(({ conclusion }) => conclusion)).toEqual(['success']);
  });

  test('an answer that is lost is not a second comment', async () => {
    const of = await world();
    const lost = new Set<string>();
    const { fetch } = of.server;
    Object.assign(of.server, { fetch: async (input: string | URL | Request, init?: RequestInit) => {
      const answer = await fetch(input, init);
      const what = `${init?.method} ${String(input).replace(/\d+/g, 'N')}`;
      if ((init?.method ?? 'GET') === 'GET' || what.includes('access_tokens') || lost.has(what)) return answer;
      lost.add(what);
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
    } });
    await reporter(of);
    await of.task(everything);
    await of.phase('Running');
    await of.clock.advance(SOON_MS);
    await of.phase('Succeeded', PR);
    await of.clock.advance(SOON_MS);
    expect(lost.size).toBe(4);
    expect(bodies(of)).toEqual([succeeded()]);
    expect(shop(of).checks.map(({ conclusion }) => conclusion)).toEqual(['success']);
  });
});

describe('comments that Tasks share', () => {
  test('one for all Tasks of a spawner, another for another spawner, and the newest first however they end', async () => {
    const of = await world();
    await reporter(of);
    await of.task(STICKY, 'old');
    await of.phase('Running', {}, 'old');
    await of.clock.advance(SOON_MS);
    await of.task(STICKY, 'young');
    await of.phase('Succeeded', {}, 'young');
    await of.clock.advance(SOON_MS);
    await of.phase('Failed', { message: 'too late' }, 'old');
    await of.clock.advance(SOON_MS);
    expect(bodies(of)).toEqual([[
      '🤖 **Kelos Task Status**', '', 'Task `young` has **succeeded**. ✅', '', 'Earlier:', '', '- Task `old` has **failed**. ❌', '', '<!-- kelos.dev/github-status-comment:dev/workers -->', '<!-- taskwright.dev/task: dev/young -->',
    ].join('\n')]);
    await of.create(taskResource, {
      metadata: { namespace: 'dev', name: 'other', labels: { 'kelos.dev/taskspawner': 'others' }, annotations: { ...(await of.read('old')).metadata.annotations, 'kelos.dev/github-comment-id': undefined, 'kelos.dev/github-report-phase': undefined, 'taskwright.dev/comment-text': undefined } },
      spec: { prompt: 'x', type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } },
    });
    await of.phase('Running', {}, 'other');
    await of.clock.advance(SOON_MS);
    expect(bodies(of)).toHaveLength(2);
  });

  test.each(['app', 'token'] as const)('the one of a Task that is gone is found again, and nobody else is believed: %s', async (as) => {
    const of = await world({ as });
    await reporter(of);
    await of.task(STICKY, 'gone');
    await of.phase('Running', {}, 'gone');
    await of.clock.advance(SOON_MS);
    await of.client.delete(taskResource, { namespace: 'dev', name: 'gone' });
    shop(of).comment(42, { user: 'mallory', body: 'me too <!-- kelos.dev/github-status-comment:dev/workers -->' });
    await of.task(STICKY, 'next');
    await of.phase('Succeeded', {}, 'next');
    await of.clock.advance(SOON_MS);
    expect(bodies(of)).toEqual([expect.stringContaining('Task `next` has **succeeded**'), expect.stringContaining('me too')]);
  });
});

describe('what somebody deleted', () => {
  test('is made anew once, and then left alone', async () => {
    const of = await world();
    await reporter(of);
    await of.task(COMMENTS);
    await of.phase('Waiting', { message: 'first' });
    await of.clock.advance(SOON_MS);
    for (const message of ['second', 'third', 'fourth', 'fifth']) {
      for (const { id } of shop(of).commentsOf(42)) shop(of).deleteComment(Number(id));
      await of.phase('Waiting', { message });
      await of.clock.advance(SOON_MS);
    }
    await of.phase('Succeeded');
    await of.clock.advance(SOON_MS);
    const created = writesTo(of).filter((write) => write.startsWith('POST')).length;
    expect([created, bodies(of)]).toEqual([2, []]);
    const before = of.server.requests.length;
    await of.clock.advance(24 * 3_600_000);
    expect(of.server.requests).toHaveLength(before);
  });
});

describe('what GitHub refuses', () => {
  test('a check of a personal token is told once with the fix, and the comment comes all the same', async () => {
    const of = await world({ as: 'token' });
    const { warnings } = await reporter(of);
    await of.task({ ...COMMENTS, ...CHECKS });
    await of.phase('Running');
    await of.clock.advance(SOON_MS);
    await of.phase('Succeeded', PR);
    await of.clock.advance(24 * 3_600_000);
    expect(bodies(of)).toEqual([succeeded()]);
    expect(writesTo(of).filter((write) => write.includes('check-runs'))).toEqual(['POST /repos/acme/shop/check-runs 403']);
    expect([...warnings]).toEqual([expect.stringMatching(/^ReportRefused: a check run can only be made by a GitHub App with the permission Checks: write; give the Workspace the Secret of one, or report in comments\. /)]);
  });

  test('a comment that fails keeps no check back', async () => {
    const of = await world();
    const { warnings } = await reporter(of);
    shop(of).issues.delete(42);
    await of.task({ ...COMMENTS, ...CHECKS });
    await of.phase('Running');
    await of.clock.advance(SOON_MS);
    expect(shop(of).checks).toHaveLength(1);
    for (const warning of warnings) expect(warning).toMatch(/^ReportRefused: (POST|GET) .*\/issues\/42\/comments: GitHub answered 404/);
    shop(of).issue({ number: 42 });
    await of.clock.advance(11 * 60_000);
    expect(bodies(of)).toEqual([begun()]);
  });

  test('is not asked for ever', async () => {
    const of = await world();
    await reporter(of);
    shop(of).issues.delete(42);
    await of.task(COMMENTS);
    await of.phase('Failed', { completionTime: '2026-01-01T00:00:00Z' });
    await of.clock.advance(2 * 3_600_000);
    const before = of.server.requests.length;
    expect(before).toBeLessThan(20);
    await of.clock.advance(24 * 3_600_000);
    expect(of.server.requests).toHaveLength(before);
  });

  test.each([['as nobody', 'nobody', 'Workspace "shop" has no secretRef, and nothing is written to GitHub as nobody; give the Workspace a secretRef with GITHUB_TOKEN or a GitHub App']] as const)('nothing is asked %s', async (_, as, message) => {
    const of = await world({ as });
    const { warnings } = await reporter(of);
    await of.task({ ...COMMENTS, ...CHECKS });
    await of.phase('Running');
    await of.clock.advance(SOON_MS);
    expect([of.server.requests, [...warnings]]).toEqual([[], [`ReportRefused: ${message}`]]);
  });

  test('too much at once is told later, and no faster than GitHub asks', async () => {
    const of = await world();
    await reporter(of);
    let limited = 0;
    of.server.fault = (request) => (request.method === 'POST' && request.url.endsWith('/comments') && (limited += 1) === 1 ? secondaryLimit(60) : undefined);
    for (let index = 0; index < 5; index += 1) {
      await of.task(COMMENTS, `fix-${index}`);
      await of.phase('Running', {}, `fix-${index}`);
    }
    await of.clock.advance(50_000);
    expect(bodies(of)).toEqual([]);
    await of.clock.advance(300_000);
    expect(bodies(of).toSorted()).toEqual(Array.from({ length: 5 }, (_, index) => begun(`fix-${index}`)));
    const times = shop(of).commentsOf(42).map(({ created_at: at }) => Date.parse(at));
    expect(Math.min(...times.slice(1).map((at, index) => at - times[index]!))).toBeGreaterThanOrEqual(1_000);
  });
});

describe('credentials', () => {
  test('those of the gateway are used where the event came through one', async () => {
    const of = await world({ as: 'nobody' });
    await of.create({ group: 'kelos.dev', version: 'v1alpha2', kind: 'WebhookGateway', plural: 'webhookgateways', namespaced: true }, {
      metadata: { namespace: 'dev', name: 'acme' }, spec: { github: { secretRef: { name: 'hook' }, credentialsRef: { name: 'git' }, apiBaseURL: 'https://ghe.acme.test/api/v3/' } },
    });
    const { warnings } = await reporter(of);
    await of.task({ ...COMMENTS, 'kelos.dev/webhook-gateway': 'acme' });
    await of.task({ ...COMMENTS, 'kelos.dev/webhook-gateway': 'nobody', 'kelos.dev/source-number': '43' }, 'lost');
    await of.phase('Running');
    await of.phase('Running', {}, 'lost');
    await of.clock.advance(SOON_MS);
    expect(bodies(of)).toEqual([begun()]);
    expect([...warnings]).toEqual(['ReportRefused: there is no WebhookGateway "nobody", through which the event came']);
  });

  test('no secret is in what is written, though the agent printed it', async () => {
    const of = await world({ as: 'token' });
    await reporter(of);
    await of.task(COMMENTS);
    await of.phase('Failed', { message: `fatal: https://x:${TOKEN}@ghe.acme.test refused`, results: { branch: TOKEN, pr: `https://ghe.acme.test/${TOKEN}` } });
    await of.clock.advance(SOON_MS);
    expect(bodies(of)).toHaveLength(1);
    expect(bodies(of).join()).not.toContain(TOKEN);
    expect(JSON.stringify((await of.read()).metadata)).not.toContain(TOKEN);
  });
});
