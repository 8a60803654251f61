import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endAbandoned, ownDirectory } from '../../src/embedded/data-owner.ts';
import { processBegan } from '../../src/embedded/process-runner/process-group.ts';
import { systemClock } from '../../src/kube/clock.ts';

test('a directory belongs to one process at a time', async () => {
  const directory = aDirectory();
  const other = spawn('sleep', ['86399']);
  own(directory, { pid: other.pid!, began: processBegan(other.pid!)! });
  expect(() => ownDirectory(directory)).toThrow(`${directory}: the engine of process ${other.pid} uses it; stop that one, or name another directory`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  ownDirectory(directory).release();
  expect(existsSync(join(directory, 'engine.json'))).toBe(false);
});

test('a process that has only the id of an earlier one owns nothing', () => {
  const directory = aDirectory();
  own(directory, { pid: process.ppid, began: 'long ago' });
  ownDirectory(directory);
  expect(JSON.parse(readFileSync(join(directory, 'engine.json'), 'utf8'))).toEqual({ pid: process.pid, began: processBegan(process.pid) });
});

test('a note that is damaged says what to do', () => {
  const directory = aDirectory();
  writeFileSync(join(directory, 'engine.json'), '{"pid":');
  expect(() => ownDirectory(directory)).toThrow(`${join(directory, 'engine.json')}: cannot be read; remove it when no engine runs`);
});

test('containers of an engine that was killed are ended, those of one that runs are not', async () => {
  const [directory, running] = [aDirectory(), aDirectory()];
  const [left, kept] = [containerIn(directory), containerIn(running)];
  own(directory, { pid: process.ppid, began: 'long ago' });
  ownDirectory(running);
  await endAbandoned(directory, systemClock);
  await endAbandoned(running, systemClock);
  await endAbandoned(aDirectory(), systemClock);
  expect([left, kept].map((pid) => processBegan(pid) !== undefined)).toEqual([false, true]);
  expect(existsSync(join(directory, 'engine.json'))).toBe(false);
  process.kill(kept, 'SIGKILL');
});

function aDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'owner-'));
}

function own(directory: string, owner: { pid: number; began: string }): void {
  writeFileSync(join(directory, 'engine.json'), JSON.stringify(owner));
}

/** As the record of a Pod says it. */
function containerIn(directory: string): number {
  const { pid } = spawn('sleep', ['86399'], { detached: true });
  const pod = join(directory, 'pods', 'uid');
  mkdirSync(pod, { recursive: true });
  const main = { restartCount: 0, state: { kind: 'running', startedAt: '2026-01-01T00:00:00Z', pid, processBegan: processBegan(pid!) } };
  writeFileSync(join(pod, 'record.json'), JSON.stringify({ startedAt: '2026-01-01T00:00:00Z', runs: { main } }));
  return pid!;
}
