import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GitHubClients } from '../../src/github/github-clients.ts';
import { githubIssuesSource } from '../../src/sources/github-issues/github-issues.ts';
import { githubPullRequestsSource } from '../../src/sources/github-pull-requests/github-pull-requests.ts';
import type { Discovery, SourceContext, TriggerConfig } from '../../src/sources/source.ts';
import { aLabel, shaOf } from '../../src/testing/github-objects.ts';
import type { GitHubRepository } from '../../src/testing/github-repository.ts';
import { asked, aWatchedGitHub } from '../sources/a-watched-github.ts';

const MINUTE_MS = 60_000;
const PROMPT = '{{.Title}} {{.Comments}}';
const NEWEST = 'per_page=1&state=all&sort=updated&direction=desc';

const issuesConfig: TriggerConfig<'githubIssues'> = { types: ['issues'], state: 'open' };
const pullsConfig: TriggerConfig<'githubPullRequests'> = { state: 'open', labels: ['bot'], reviewState: 'approved', filePatterns: { include: ['*.ts'] } };
const issues = (context: SourceContext) => githubIssuesSource.discover(issuesConfig, context, context.clock.now());
const pulls = (context: SourceContext) => githubPullRequestsSource.discover(pullsConfig, context, context.clock.now());

/** A repository of so many, each opened a second after the one before, which nobody has touched for two minutes. */
async function aRepositoryOf(count: number, open: (shop: GitHubRepository, number: number) => void = (shop, number) => void shop.issue({ number })) {
  const world = aWatchedGitHub({ githubIssues: issuesConfig }, { prompt: PROMPT });
  for (let number = 1; number <= count; number += 1) {
    open(world.shop, number);
    await world.clock.advance(1_000);
  }
  await world.clock.advance(2 * MINUTE_MS);
  const since = async (look: () => Promise<unknown>) => {
    world.server.requests.length = 0;
    await look();
    return asked(world.server).map((request) => request.replace('/repos/acme/shop/', ''));
  };
  return { ...world, since };
}

test('a list of one page is its own witness: no request tells of it beforehand', async () => {
  const { context, since } = await aRepositoryOf(100);
  expect(await since(() => issues(context))).toEqual(['issues?per_page=100&state=open 200']);
  expect(await since(() => issues(context))).toEqual(['issues?per_page=100&state=open 304']);
});

test('an unchanged list of many pages is one conditional request from the third look on, and all of them once in a quarter of an hour', async () => {
  const { context, clock, since } = await aRepositoryOf(250);
  const pages = (status: number) => [`issues?per_page=100&state=open ${status}`, `issues?per_page=100&state=open&page=2 ${status}`, `issues?per_page=100&state=open&page=3 ${status}`];
  const first = await issues(context);
  expect([first.events.length, await since(() => issues(context))]).toEqual([250, [`issues?${NEWEST} 200`, ...pages(304)]]);
  const counts: number[] = [];
  for (let minute = 0; minute < 30; minute += 1) {
    counts.push((await since(() => issues(context))).length);
    await clock.advance(MINUTE_MS);
  }
  expect([counts.filter((count) => count === 1).length, counts.filter((count) => count === 4).length]).toEqual([28, 2]);
  expect(await since(() => issues(context))).toEqual([`issues?${NEWEST} 304`]);
  expect(await issues(context)).toEqual(first);
});

test('whoever looks at the list shares what tells of it', async () => {
  const { context, since } = await aRepositoryOf(150);
  await issues(context);
  await issues(context);
  expect(await since(() => Promise.all([issues(context), issues({ ...context }), issues({ ...context })]))).toEqual([`issues?${NEWEST} 304`]);
});

test('an issue that is closed behind the first page is found closed by the next look', async () => {
  const { context, shop, clock, since } = await aRepositoryOf(150);
  await issues(context);
  await issues(context);
  shop.close(1);
  const closed = await issues(context);
  expect([closed.events.length, closed.events.at(-1)!.id]).toEqual([149, '2']);
  await clock.advance(2 * MINUTE_MS);
  expect(await since(() => issues(context))).toEqual([`issues?${NEWEST} 304`, 'issues?per_page=100&state=open 304', 'issues?per_page=100&state=open&page=2 304']);
  expect(await since(() => issues(context))).toEqual([`issues?${NEWEST} 304`]);
});

test('a change of the same second as the newest is not taken for it', async () => {
  const { context, shop } = await aRepositoryOf(150);
  await issues(context);
  shop.touch(150);
  await issues(context);
  shop.label(149, 'bot');
  expect((await issues(context)).events.find(({ id }) => id === '149')!.labels).toEqual(['bot']);
});

test('whatever is read of pull requests, an unchanged list is one conditional request, and each of their details another once in an hour', async () => {
  const { context, shop, clock, since } = await aRepositoryOf(120, (repository, number) => repository.pull({ number, files: ['a.ts'] }));
  for (const number of [1, 2, 3]) {
    shop.label(number, 'bot');
    shop.review(number, 'APPROVED');
    shop.comment(number, { body: 'well' });
  }
  await clock.advance(2 * MINUTE_MS);
  await pulls(context);
  const found = await pulls(context);
  expect(found.events.map(({ id }) => id)).toEqual(['3', '2', '1']);
  const requests: string[] = [];
  for (let minute = 0; minute <= 60; minute += 1) {
    requests.push(...await since(() => pulls(context)));
    await clock.advance(MINUTE_MS);
  }
  const count = (pattern: RegExp) => requests.filter((request) => pattern.test(request)).length;
  expect({
    newest: count(/^pulls\?per_page=1&/), pages: count(/^pulls\?per_page=100&/), reviews: count(/reviews/), comments: count(/^issues\/.*comments/), files: count(/files/), answeredInFull: count(/ 200$/), all: requests.length,
  }).toEqual({ newest: 61, pages: 8, reviews: 3, comments: 3, files: 0, answeredInFull: 0, all: 75 });
  expect(await pulls(context)).toEqual(found);
});

/** What people do to a repository; `isSilent` is what GitHub may date no item for, and for how long it may go unseen. */
interface Deed {
  readonly name: string;
  readonly silentMs?: number;
  readonly act: (shop: GitHubRepository, number: number) => void;
}

/** What was called `bot` is called otherwise from now on, and the other way round. */
function renameLabels(shop: GitHubRepository): void {
  for (const [number, issue] of shop.issues) {
    const renamed = issue.labels.map((label) => aLabel(shop.addresses, typeof label === 'object' && label.name === 'bot' ? 'other' : 'bot'));
    shop.issues.set(number, { ...issue, labels: renamed });
  }
}

const deeds: readonly Deed[] = [
  { name: 'open', act: (shop) => void (shop.issues.size % 3 === 0 ? shop.issue({ number: shop.issues.size + 100 }) : shop.pull({ number: shop.issues.size + 100, files: ['a.ts'] })) },
  { name: 'close', act: (shop, number) => shop.close(number) },
  { name: 'reopen', act: (shop, number) => shop.touch(number, { state: 'open', closed_at: null }) },
  { name: 'label', act: (shop, number) => shop.label(number, 'bot') },
  { name: 'unlabel', act: (shop, number) => shop.unlabel(number, 'bot') },
  { name: 'edit', act: (shop, number) => shop.touch(number, { title: `Title at ${shop.now()}` }) },
  { name: 'comment', act: (shop, number) => void shop.comment(number, { body: `at ${shop.now()}` }) },
  { name: 'push', act: (shop, number) => shop.pullOf(number) && shop.push(number, shaOf(`${number} ${shop.now()}`), ['b.ts']) },
  { name: 'review', act: (shop, number) => void (shop.pullOf(number) && shop.review(number, 'APPROVED')) },
  { name: 'delete', silentMs: 15 * MINUTE_MS, act: (shop, number) => void shop.issues.delete(number) },
  { name: 'rename label', silentMs: 15 * MINUTE_MS, act: (shop) => renameLabels(shop) },
  { name: 'edit comment', silentMs: 60 * MINUTE_MS, act: (shop, number) => { for (const { id } of shop.commentsOf(number)) shop.editComment(Number(id), { body: `edited at ${shop.now()}` }); } },
];

const deed = fc.record({ of: fc.constantFrom(...deeds), at: fc.nat({ max: 1_000 }) });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ is: fc.constant('do' as const), deed }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('wait' as const), seconds: fc.constantFrom(0, 1, 20, 61, 90, 300, 1_000) }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('look' as const), meanwhile: fc.array(fc.record({ deed, request: fc.nat({ max: 5 }), seconds: fc.constantFrom(0, 0, 1) }), { maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('restart' as const) }) },
);

test.each<[string, number, (context: SourceContext) => Promise<Discovery>]>([['issues', 250, issues], ['pull requests', 150, pulls]])('whatever becomes of %s between and during looks, a look in peace finds what one without any memory finds', async (_kind, count, look) => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
    const { context, server, shop, clock } = await aRepositoryOf(count, (repository, number) => (number % 5 === 0 ? repository.issue({ number }) : repository.pull({ number, files: ['a.ts'], ...number % 40 === 1 && { labels: ['bot'] } })));
    let known = context;
    let exactFromMs = 0;
    const restarted = () => ({ ...context, github: new GitHubClients({ fetch: context.fetch, clock }) });
    const act = ({ of, at }: { of: Deed; at: number }) => {
      const numbers = [...shop.issues.keys()];
      of.act(shop, numbers[at % numbers.length]!);
      exactFromMs = Math.max(exactFromMs, clock.elapsed() + (of.silentMs ?? 0));
    };
    const inPeace = async () => {
      const found = await look(known);
      if (clock.elapsed() >= exactFromMs) expect(found).toEqual(await look(restarted()));
    };
    for (const next of steps) {
      if (next.is === 'do') act(next.deed);
      else if (next.is === 'wait') await clock.advance(next.seconds * 1_000);
      else if (next.is === 'restart') known = restarted();
      else if (next.meanwhile.length === 0) await inPeace();
      else {
        let request = 0;
        server.fault = () => {
          for (const { deed: done, request: at } of next.meanwhile) if (at === request) act(done);
          request += 1;
          return undefined;
        };
        await look(known);
        delete server.fault;
      }
    }
    await inPeace();
    await clock.advance(60 * MINUTE_MS);
    await inPeace();
  }), { numRuns: 15 });
});
