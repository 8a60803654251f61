import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryDirectory } from './git-fixture.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const images = readdirSync(join(ROOT, 'images'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const instructionsOf = (image: string) =>
  readFileSync(join(ROOT, 'images', image, 'Dockerfile'), 'utf8').replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, '').split('\n').filter(Boolean);

test.each(images)('%s is pinned, ends as an ordinary user, and starts under tini', (image) => {
  const lines = instructionsOf(image);
  for (const [, value] of lines.join('\n').matchAll(/^ARG \w+=(.+)$/gm)) expect(value).toMatch(/\d+\.\d+\.\d+|:dev$/);
  for (const line of lines.filter((candidate) => candidate.startsWith('FROM '))) expect(line).toMatch(/^FROM \$\{\w+\}/);
  expect(lines.findLast((line) => line.startsWith('USER '))).toBe('USER 61100:61100');
  expect(lines.at(-1)).toMatch(/^ENTRYPOINT \["\/usr\/bin\/tini"/);
});

test.each(images)('%s copies only what is in the repository', (image) => {
  const copied = instructionsOf(image).filter((line) => line.startsWith('COPY ') && !line.includes('--from=')).flatMap((line) => line.split(' ').slice(1, -1)).filter((word) => !word.startsWith('--'));
  expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test.each(['agent-tools/agent', 'agent-tools/gh', 'claude-code/kelos_entrypoint.sh'])('%s is an executable shell script', (file) => {
  const path = join(ROOT, 'images', file);
  expect(statSync(path).mode & 0o111).toBe(0o111);
  expect(spawnSync('sh', ['-n', path]).status).toBe(0);
});

test.each([
  [{}, 'GH_TOKEN=first'],
  [{ file: 'renewed' }, 'GH_TOKEN=renewed'],
  [{ file: 'renewed', GH_HOST: 'github.com' }, 'GH_TOKEN=renewed'],
  [{ file: 'renewed', GH_HOST: 'git.example.com' }, 'GH_ENTERPRISE_TOKEN=renewed\nGH_TOKEN=first'],
])('gh with %o gets %s', ({ file, ...env }: { file?: string; GH_HOST?: string }, expected) => {
  const dir = temporaryDirectory();
  writeFileSync(join(dir, 'gh'), '#!/bin/sh\nenv | grep -E "^GH_.*TOKEN=" | sort\n');
  chmodSync(join(dir, 'gh'), 0o755);
  if (file !== undefined) writeFileSync(join(dir, 'token'), file);
  const wrapper = readFileSync(join(ROOT, 'images', 'agent-tools', 'gh'), 'utf8').replace('/usr/bin/gh', join(dir, 'gh'));
  const { stdout } = spawnSync('sh', ['-c', wrapper], { encoding: 'utf8', env: { PATH: process.env.PATH, GH_TOKEN: 'first', KELOS_GITHUB_TOKEN_FILE: join(dir, 'token'), ...env } });
  expect(stdout.trim()).toBe(expected);
});
