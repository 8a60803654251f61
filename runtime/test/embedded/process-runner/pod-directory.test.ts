import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeWritable, PodDirectory, podsOnDisk } from '../../../src/embedded/process-runner/pod-directory.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'pod-directory-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test('a record is found again, and none is there for a Pod that never ran', () => {
  const record = { startedAt: '2026-01-01T00:00:00Z', runs: { main: { restartCount: 0, state: { kind: 'waiting' as const } } } };
  new PodDirectory(dataDir, 'a').writeRecord(record);
  expect(new PodDirectory(dataDir, 'a').readRecord()).toEqual(record);
  expect(new PodDirectory(dataDir, 'b').readRecord()).toBeUndefined();
  expect(podsOnDisk(dataDir)).toEqual(['a']);
});

test('a record that is damaged says what to do', () => {
  const directory = new PodDirectory(dataDir, 'damaged');
  directory.writeRecord({ startedAt: '', runs: {} });
  writeFileSync(join(directory.path, 'record.json'), '{"startedAt');
  expect(() => directory.readRecord()).toThrow('record.json: cannot be read; remove it to forget the Pod');
});

test('a restart keeps the log of the run before, and no more', () => {
  const directory = new PodDirectory(dataDir, 'restarts');
  for (const restart of [0, 1, 2]) {
    directory.prepareRun('main', restart);
    mkdirSync(directory.log('main', restart), { recursive: true });
  }
  expect(directory.loggedRuns('main')).toEqual([1, 2]);
  expect([1, 2].map((restart) => existsSync(directory.run('main', restart).homeDirectory))).toEqual([false, true]);
});

test('read-only directories are made writable, what links lead to is left alone', async () => {
  const directory = join(dataDir, 'cache');
  const outside = join(dataDir, 'outside');
  mkdirSync(join(directory, 'module'), { recursive: true });
  mkdirSync(outside);
  chmodSync(outside, 0o555);
  symlinkSync(outside, join(directory, 'link'));
  chmodSync(join(directory, 'module'), 0o555);
  await makeWritable(directory);
  expect([statSync(join(directory, 'module')).mode & 0o777, statSync(outside).mode & 0o777]).toEqual([0o700, 0o555]);
});
