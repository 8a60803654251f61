import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryMirrorLock } from '../../src/agent/mirror-lock.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { ManualClock } from '../kube/manual-clock.ts';
import { temporaryDirectory } from './git-fixture.ts';

/** What one who was killed has left. */
function leftBehind(path: string, secondsAgo: number): void {
  mkdirSync(path);
  writeFileSync(join(path, '0'), 'alive\n');
  silence(path, secondsAgo);
}

function silence(path: string, secondsAgo: number): void {
  const at = new Date(systemClock.now().getTime() - secondsAgo * 1000);
  for (const name of [...readdirSync(path), '.']) utimesSync(join(path, name), at, at);
}

test('it is one\'s until it is released, and leaves nothing', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'm.lock');
  const first = await tryMirrorLock(path, systemClock);
  expect(first?.isInherited).toBe(false);
  expect(await tryMirrorLock(path, systemClock)).toBeUndefined();
  await first!.release();
  expect(readdirSync(directory)).toEqual([]);
});

test('it cannot be taken where nothing can be made', async () => {
  await expect(tryMirrorLock('/no/such/cache/m.lock', systemClock)).rejects.toThrow('ENOENT');
});

test('a holder says that it is alive', async () => {
  const clock = new ManualClock();
  const path = join(temporaryDirectory(), 'm.lock');
  const lock = await tryMirrorLock(path, clock);
  silence(path, 130);
  await clock.advance(20_000);
  await expect.poll(() => statSync(join(path, '0')).mtimeMs, { timeout: 60_000 }).toBeGreaterThan(systemClock.now().getTime() - 100_000);
  expect(await tryMirrorLock(path, clock)).toBeUndefined();
  await lock!.release();
});

test.each([
  ['for less than two minutes holds it', 100, undefined],
  ['for longer is succeeded', 130, true],
])('one who has been silent %s', async (_, secondsAgo, isInherited) => {
  const path = join(temporaryDirectory(), 'm.lock');
  leftBehind(path, secondsAgo);
  const lock = await tryMirrorLock(path, systemClock);
  expect(lock?.isInherited).toBe(isInherited);
  await lock?.release();
});

test('who died before it wrote anything is succeeded, and so is a successor who died', async () => {
  const path = join(temporaryDirectory(), 'm.lock');
  mkdirSync(path);
  silence(path, 130);
  expect((await tryMirrorLock(path, new ManualClock()))?.isInherited).toBe(true);
  expect(await tryMirrorLock(path, systemClock)).toBeUndefined();
  silence(path, 130);
  const third = await tryMirrorLock(path, systemClock);
  expect(third?.isInherited).toBe(true);
  await third!.release();
  expect(existsSync(path)).toBe(false);
});

test('one who was succeeded in its sleep releases nothing', async () => {
  const path = join(temporaryDirectory(), 'm.lock');
  const asleep = await tryMirrorLock(path, new ManualClock());
  silence(path, 130);
  const successor = await tryMirrorLock(path, systemClock);
  await asleep!.release();
  expect(await tryMirrorLock(path, systemClock)).toBeUndefined();
  await successor!.release();
  expect(existsSync(path)).toBe(false);
});

test('of many who find a dead holder at once, one succeeds it', async () => {
  for (let round = 0; round < 50; round++) {
    const path = join(temporaryDirectory(), 'm.lock');
    leftBehind(path, 130);
    const contenders = await Promise.all(Array.from({ length: 8 }, () => tryMirrorLock(path, systemClock)));
    const holders = contenders.filter((lock) => lock !== undefined);
    expect(holders.map(({ isInherited }) => isInherited)).toEqual([true]);
    await holders[0]!.release();
  }
});
