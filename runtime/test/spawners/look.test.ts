import type { TaskSpawner, Workspace } from '@taskwright/schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import type { SkippedEvent, SourceEvent } from '../../src/sources/source-event.ts';
import { type Discovery, type PolledSource, SourceError } from '../../src/sources/source.ts';
import { firstLookAt, Look } from '../../src/spawners/look.ts';
import { anEvent, aSpawner } from './spawner-fixtures.ts';
import '../seed.ts';

const HOUR_MS = 3_600_000;
const found = (events: readonly SourceEvent[], { skipped = [], failed = [] }: Partial<Discovery> = {}): Discovery => ({ events, skipped, failed });
const named = (...ids: readonly string[]) => ids.map((id) => anEvent({ id }));
const skipped = (id: string, seen: string): SkippedEvent => ({ id, summary: `issue ${id}`, filter: 'excludeLabels', seen });

/** One that has looked at nothing yet, due at once. */
function aWorld({ spawner = aSpawner(), isLocal }: { spawner?: TaskSpawner; isLocal?: true } = {}) {
  const clock = new VirtualClock();
  const look = new Look(spawner, undefined, { trigger: 'jira', ...(isLocal && { isLocal }) }, clock.elapsed());
  return {
    clock, look, spawner,
    /** A look that begins and ends now; the next is in an hour. */
    sees: (discovery: Discovery, by = spawner) => look.succeeded(by, clock.now(), discovery, clock.elapsed() + HOUR_MS),
    ready: () => look.ready(clock).map(({ event }) => event.id),
    one: (id: string) => look.pending.get(id)!,
  };
}

test.each([
  { it: 'twice as long after each failure', errors: 3, waits: [2_000, 4_000, 8_000] },
  { it: 'five minutes at most', errors: 10, waits: [2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000] },
  { it: 'longer, where a service asks for that', errors: 2, retryAfterMs: 3_000, waits: [3_000, 4_000] },
  { it: 'as long as a service asks, beyond five minutes', errors: 1, retryAfterMs: HOUR_MS, waits: [HOUR_MS] },
])('after a failure it looks again later: $it', ({ errors, retryAfterMs, waits }) => {
  const { clock, look } = aWorld();
  const waited = Array.from({ length: errors }, () => {
    look.failed(new SourceError('no', retryAfterMs), clock);
    return look.dueInMs(clock);
  });
  expect(waited).toEqual(waits);
});

test('an error that is no SourceError asks for nothing, whatever it has', () => {
  const { clock, look } = aWorld();
  look.failed(Object.assign(new Error('broken'), { retryAfterMs: HOUR_MS }), clock);
  expect([look.dueInMs(clock), look.problem]).toEqual([2_000, 'broken']);
  look.failed('words', clock);
  expect([look.dueInMs(clock), look.problem]).toEqual([4_000, 'words']);
});

test('a look that succeeds ends the back-off and what was wrong, and one that fails leaves what was found', () => {
  const { clock, look, sees } = aWorld();
  expect(look.result()).toEqual({ found: undefined, problem: undefined, missingSecrets: [], troubles: [], watermark: undefined, isExact: false });
  look.failed(new Error('no'), clock);
  look.failed(new Error('no'), clock);
  sees(found(named('1', '2')));
  expect(look.result()).toEqual({ found: 2, problem: undefined, missingSecrets: [], troubles: [], watermark: clock.now(), isExact: false });
  expect(look.dueInMs(clock)).toBe(HOUR_MS);
  look.failed(new Error('no'), clock);
  expect(look.result()).toEqual({ found: 2, problem: 'no', missingSecrets: [], troubles: [], watermark: clock.now(), isExact: false });
  expect(look.dueInMs(clock)).toBe(2_000);
});

test('what could not be made waits twice as long each time, found again or not', async () => {
  const { clock, look, sees, ready, one } = aWorld();
  sees(found(named('1', '2')));
  look.couldNot(one('1'), 'no room', clock);
  expect([ready(), look.nextInMs(clock)]).toEqual([['2'], 2_000]);
  look.settled(one('2'));
  await clock.advance(1_999);
  expect(ready()).toEqual([]);
  await clock.advance(1);
  expect(ready()).toEqual(['1']);
  look.couldNot(one('1'), 'no room', clock);
  sees(found(named('1')));
  expect([ready(), look.nextInMs(clock), one('1').failures]).toEqual([[], 4_000, 2]);
});

test('what could not be made is told until it is, though a look succeeds meanwhile', () => {
  const { clock, look, sees, one } = aWorld();
  sees(found(named('1', '2')));
  look.couldNot(one('1'), 'no room', clock);
  look.refused(one('2'), 'no name');
  expect(look.result().troubles).toEqual(['issue 1: no room', 'issue 2: no name']);
  sees(found(named('1', '2'), { failed: [{ id: '3', summary: 'issue 3', problem: 'no answer' }] }));
  expect(look.result().troubles).toEqual(['issue 1: no room', 'issue 3: no answer']);
  look.settled(one('1'));
  expect(look.result().troubles).toEqual(['issue 3: no answer']);
});

test('what is found no more is told no more', () => {
  const { clock, look, sees, one } = aWorld();
  sees(found(named('1')));
  look.couldNot(one('1'), 'no room', clock);
  sees(found([]));
  expect([look.result().troubles, look.pending.size]).toEqual([[], 0]);
});

test('what waits for room begins anew: neither a time nor a trouble is left of it', () => {
  const { clock, look, sees, ready, one } = aWorld();
  sees(found(named('1')));
  look.couldNot(one('1'), 'no answer', clock);
  look.waits(one('1'));
  expect([ready(), look.result().troubles, look.nextInMs(clock)]).toEqual([['1'], [], HOUR_MS]);
});

test('what was refused is not tried again until it is found again', () => {
  const { look, sees, ready, one } = aWorld();
  sees(found(named('1')));
  look.refused(one('1'), 'no name');
  expect(ready()).toEqual([]);
  sees(found(named('1')));
  expect(ready()).toEqual(['1']);
});

test('the order is that of priorityLabels, and else the one in which it was found; what waits keeps its place', () => {
  const jira = { ...aSpawner().spec.when.jira!, priorityLabels: ['urgent', 'bug'] };
  const { look, sees, ready, one } = aWorld({ spawner: aSpawner({ spec: { when: { jira } } }) });
  sees(found([anEvent({ id: '1', labels: [] }), anEvent({ id: '2', labels: ['bug'] }), anEvent({ id: '3', labels: ['bug', 'urgent'] }), anEvent({ id: '4', labels: ['bug'] }), anEvent({ id: '5', labels: ['x'] })]));
  expect(ready()).toEqual(['3', '2', '4', '1', '5']);
  look.waits(one('2'));
  expect(ready()).toEqual(['3', '2', '4', '1', '5']);
});

test('what was ruled out is news once, until it is ruled out for something else or was away', () => {
  const { sees } = aWorld();
  const news = (...seen: readonly SkippedEvent[]) => sees(found([], { skipped: seen })).map(({ id }) => id);
  expect([news(skipped('1', 'done'), skipped('2', 'done')), news(skipped('1', 'done'), skipped('2', 'wontfix')), news(skipped('2', 'wontfix')), news(skipped('1', 'done'), skipped('2', 'wontfix'))]).toEqual([['1', '2'], ['2'], [], ['1']]);
  expect(news({ ...skipped('2', 'wontfix'), filter: 'labels' })).toEqual(['2']);
});

const workspace = { metadata: { name: 'shop', uid: 'one', generation: 1 }, spec: { repo: 'https://github.com/acme/shop.git' } } as Workspace;

test.each<{ it: string; spawner?: TaskSpawner; workspace?: Workspace | undefined; isAnother: boolean }>([
  { it: 'the same', workspace, isAnother: false },
  { it: 'a status that changed', spawner: aSpawner({ status: { phase: 'Running' }, resourceVersion: '8' }), workspace, isAnother: false },
  { it: 'another spec', spawner: aSpawner({ generation: 2 }), workspace, isAnother: true },
  { it: 'another Workspace', workspace: { ...workspace, metadata: { ...workspace.metadata, uid: 'other' } }, isAnother: true },
  { it: 'another spec of the Workspace', workspace: { ...workspace, metadata: { ...workspace.metadata, generation: 2 } }, isAnother: true },
  { it: 'a Workspace that is gone', isAnother: true },
])('what a spawner asks for: $it', ({ spawner = aSpawner(), workspace: other, isAnother }) => {
  const clock = new VirtualClock();
  const look = new Look(aSpawner(), workspace, { trigger: 'jira' }, clock.elapsed());
  look.succeeded(aSpawner(), clock.now(), found(named('1', '2')), clock.elapsed() + HOUR_MS);
  look.couldNot(look.pending.get('1')!, 'no room', clock);
  look.follow(spawner, other);
  // Of what another trigger found nothing may be made, though the next look fails.
  const after = { due: look.nextInMs(clock), pending: [...look.pending.keys()], troubles: look.result().troubles };
  expect(after).toEqual(isAnother ? { due: 0, pending: [], troubles: [] } : { due: 2_000, pending: ['1', '2'], troubles: ['issue 1: no room'] });
});

test('whoever lets it look at once ends the back-off', async () => {
  const { clock, look } = aWorld();
  for (let times = 0; times < 5; times += 1) look.failed(new Error('no'), clock);
  look.lookNow();
  expect(look.nextInMs(clock)).toBe(0);
  await clock.advance(5_000);
  look.failed(new Error('no'), clock);
  expect(look.dueInMs(clock)).toBe(2_000);
});

test('the watermark is where the oldest of what is left was due, and else when the look began', () => {
  const { clock, look, sees, one } = aWorld({ isLocal: true });
  const at = (seconds: number) => new Date(clock.now().getTime() + seconds * 1_000);
  sees(found([anEvent({ id: '1', time: at(-60) }), anEvent({ id: '2', time: at(-30) }), anEvent({ id: '3' })]));
  expect(look.watermark()).toEqual(at(-61));
  look.settled(one('1'));
  expect(look.watermark()).toEqual(at(-31));
  look.settled(one('2'));
  expect(look.watermark()).toEqual(at(0));
});

test('a source that goes by the time alone moves its watermark by what it found, and by nothing else', async () => {
  const { clock, look, sees } = aWorld({ isLocal: true });
  sees(found([]));
  expect(look.result()).toEqual({ found: 0, problem: undefined, missingSecrets: [], troubles: [], watermark: undefined, isExact: true });
  await clock.advance(1_000);
  const first = clock.now();
  sees(found(named('1')));
  await clock.advance(1_000);
  sees(found([]));
  expect([look.found, look.watermark()]).toEqual([1, first]);
  sees(found([], { skipped: [skipped('2', 'x')] }));
  expect([look.found, look.watermark()]).toEqual([0, clock.now()]);
});

test('another schedule begins where the old one got to', async () => {
  const { clock, look, sees } = aWorld({ isLocal: true });
  sees(found([anEvent({ id: '1', time: clock.now() })]));
  const left = look.watermark();
  await clock.advance(60_000);
  look.follow(aSpawner({ generation: 2 }), undefined);
  expect([look.watermark(), look.pending.size]).toEqual([left, 0]);
  expect(left).toEqual(new Date('2025-12-31T23:59:59Z'));
});

interface First {
  readonly it: string;
  /** Seconds ago. */
  readonly created?: number;
  readonly looked?: number;
  readonly intervalMs?: number;
  readonly isLocal?: true;
  readonly chance?: number;
  readonly inMs: number;
}

test.each<First>([
  { it: 'a new one looks at once', created: 9.999, chance: 0.5, inMs: 0 },
  { it: 'one that is not new takes its turn', created: 10, chance: 0.5, inMs: 30_000 },
  { it: 'one that has looked before is not new', created: 0, looked: 0, intervalMs: 20_000, chance: 0, inMs: 20_000 },
  { it: 'one that asks nobody looks at once', looked: 0, isLocal: true, chance: 0.5, inMs: 0 },
  { it: 'turns are spread over a minute', chance: 0.999, intervalMs: HOUR_MS, inMs: 59_940 },
  { it: 'turns are spread over an interval that is shorter', chance: 0.5, intervalMs: 10_000, inMs: 5_000 },
  { it: 'the rest of its interval is waited', looked: 100, intervalMs: 300_000, chance: 0.5, inMs: 200_000 },
  { it: 'one whose interval is nearly over is spread, too', looked: 299, intervalMs: 300_000, chance: 0.5, inMs: 30_000 },
  { it: 'one whose interval was over long ago takes its turn', looked: 3_000, intervalMs: 300_000, chance: 0, inMs: 0 },
  { it: 'a last look in the future costs one interval', looked: -1_000_000, intervalMs: 300_000, chance: 0, inMs: 300_000 },
])('the first look: $it', ({ created = 3_600, looked, intervalMs = 60_000, isLocal, chance = 0, inMs }) => {
  const clock = new VirtualClock();
  const ago = (seconds: number) => new Date(clock.now().getTime() - seconds * 1_000).toISOString();
  const spawner = aSpawner({ creationTimestamp: ago(created), ...(looked !== undefined && { status: { lastDiscoveryTime: ago(looked) } }) });
  const source: PolledSource = { trigger: 'jira', ...(isLocal && { isLocal }), nextLookMs: () => intervalMs, discover: () => Promise.reject(new Error('not asked')) };
  expect(firstLookAt(spawner, source, clock, () => chance) - clock.elapsed()).toBeCloseTo(inMs, 6);
});

/** What is found, and what becomes of it, in any order: nothing is tried early, forgotten, or made of what is not found any more. */
test('whatever happens, what is pending is what the last look found and nothing became of', async () => {
  const ids = fc.uniqueArray(fc.constantFrom('1', '2', '3', '4'), { maxLength: 4 });
  const act = fc.oneof(
    ids.map((seen) => ({ do: 'see' as const, seen })),
    fc.record({ do: fc.constantFrom('settled', 'waits', 'couldNot', 'refused'), at: fc.nat(3) }),
    fc.nat(10_000).map((ms) => ({ do: 'pass' as const, ms })),
  );
  await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
    const { clock, look, sees, ready } = aWorld();
    const model = new Map<string, { failures: number; notBefore: number }>();
    for (const one of acts) {
      if (one.do === 'pass') await clock.advance((one as { ms: number }).ms);
      else if (one.do === 'see') {
        const { seen } = one as { seen: string[] };
        sees(found(named(...seen)));
        const before = new Map(model);
        model.clear();
        for (const id of seen) model.set(id, before.get(id) ?? { failures: 0, notBefore: 0 });
      } else {
        const pending = look.ready(clock)[(one as { at: number }).at];
        if (!pending) continue;
        const { id } = pending.event;
        const { failures } = model.get(id)!;
        if (one.do === 'settled') look.settled(pending);
        if (one.do === 'refused') look.refused(pending, 'no');
        if (one.do === 'waits') look.waits(pending);
        if (one.do === 'couldNot') look.couldNot(pending, 'no', clock);
        if (one.do === 'settled' || one.do === 'refused') model.delete(id);
        else model.set(id, one.do === 'waits' ? { failures: 0, notBefore: 0 } : { failures: failures + 1, notBefore: clock.elapsed() + Math.min(2_000 * 2 ** failures, 300_000) });
      }
      expect([...look.pending].map(([id, { failures }]) => [id, failures])).toEqual([...model].map(([id, { failures }]) => [id, failures]));
      expect(ready()).toEqual([...model].filter(([, { notBefore }]) => notBefore <= clock.elapsed()).map(([id]) => id));
    }
  }), { numRuns: 200 });
});
