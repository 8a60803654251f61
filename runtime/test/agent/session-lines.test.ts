import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SessionLines } from '../../src/agent/session-lines.ts';
import { temporaryDirectory } from './git-fixture.ts';

test('each line is read once, when it is complete', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'a.jsonl');
  const lines = new SessionLines(directory, (path) => path.endsWith('.jsonl'));
  expect(await Array.fromAsync(lines.next())).toEqual([]);
  writeFileSync(file, 'one\ntw');
  expect(await Array.fromAsync(lines.next())).toEqual(['one']);
  expect(await Array.fromAsync(lines.next())).toEqual([]);
  appendFileSync(file, 'o\nthree\n');
  expect(await Array.fromAsync(lines.next())).toEqual(['two', 'three']);
});

test('files in folders that come later are found, and others left alone', async () => {
  const directory = temporaryDirectory();
  const lines = new SessionLines(directory, (path) => path.includes('ours'));
  mkdirSync(join(directory, 'deep', 'ours'), { recursive: true });
  writeFileSync(join(directory, 'deep', 'ours', 'b.jsonl'), 'b\n');
  writeFileSync(join(directory, 'theirs.jsonl'), 'no\n');
  expect(await Array.fromAsync(lines.next())).toEqual(['b']);
  writeFileSync(join(directory, 'ours.jsonl'), 'ä\n');
  expect(await Array.fromAsync(lines.next())).toEqual(['ä']);
});

test('where there is nothing to read there is nothing', async () => {
  expect(await Array.fromAsync(new SessionLines('/no/such/folder', () => true).next())).toEqual([]);
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'folder.jsonl'));
  expect(await Array.fromAsync(new SessionLines(directory, () => true).next())).toEqual([]);
});
