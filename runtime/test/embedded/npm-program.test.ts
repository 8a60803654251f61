import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { NpmProgram } from '../../src/agent/adapter.ts';
import { installNpmProgram } from '../../src/embedded/npm-program.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { temporaryDirectory } from '../agent/git-fixture.ts';

const PROGRAM: NpmProgram = { title: 'Teapot', package: '@acme/teapot', version: '1.2.3', size: '4 MB', command: 'teapot', installScript: 'install.cjs' };

/** Plays npm: it leaves a package whose program does not work before its install script ran. */
const NPM = `
echo call >> "$NPM_CALLS"
mkdir -p node_modules/@acme/teapot node_modules/.bin
cat > node_modules/@acme/teapot/install.cjs <<'END'
require('fs').writeFileSync('node_modules/.bin/teapot', ['#!/bin/sh', 'echo "1.2.3 (Teapot)"', ''].join(String.fromCharCode(10)), { mode: 0o755 });
END`;

function aMachine(npm = NPM) {
  const dir = temporaryDirectory();
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${npm}\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  const calls = join(dir, 'calls');
  writeFileSync(calls, '');
  const cacheDir = join(dir, 'cache');
  const progress: string[] = [];
  return {
    cacheDir, progress,
    calls: () => readFileSync(calls, 'utf8').split('\n').length - 1,
    install: (program = PROGRAM, signal?: AbortSignal) =>
      installNpmProgram(program, { cacheDir, clock: systemClock, signal, progress: (line) => progress.push(line), env: { PATH: `${bin}:${process.env.PATH}`, NPM_CALLS: calls } }),
  };
}

test('a program is installed once, its install script included', async () => {
  const { install, calls, cacheDir, progress } = aMachine();
  const place = await install();
  expect(place).toBe(join(cacheDir, 'teapot-1.2.3'));
  expect(existsSync(join(place, 'node_modules', '.bin', 'teapot'))).toBe(true);
  expect(await install()).toBe(place);
  expect(calls()).toBe(1);
  expect(progress).toEqual(['installing Teapot 1.2.3 from npm, once (4 MB)', expect.stringMatching(/^installed Teapot 1\.2\.3 in \d+ s$/)]);
  expect(readdirSync(cacheDir)).toEqual(['teapot-1.2.3']);
});

test('two that come at the same time download once', async () => {
  const { install, calls } = aMachine();
  expect(new Set(await Promise.all([install(), install(), install()])).size).toBe(1);
  expect(calls()).toBe(1);
});

test('the lock of a process that died does not hold', async () => {
  const { install, cacheDir } = aMachine();
  mkdirSync(cacheDir);
  const dead = spawnSync('true').pid;
  writeFileSync(join(cacheDir, 'teapot-1.2.3.lock'), String(dead));
  await install();
});

test('a failure says why and how to get on, leaves nothing, and the next attempt starts anew', async () => {
  const { install, cacheDir } = aMachine('echo "npm error code ENOTFOUND" >&2; echo "npm error network request to the registry failed" >&2; exit 1');
  const message = `cannot install @acme/teapot@1.2.3: network request to the registry failed; it needs the npm registry once, later runs find it in ${join(cacheDir, 'teapot-1.2.3')}`;
  await expect(install()).rejects.toThrow(message);
  await expect(install()).rejects.toThrow(message);
  expect(readdirSync(cacheDir)).toEqual([]);
});

test('a program of another version does not count', async () => {
  const { install, cacheDir } = aMachine();
  await expect(install({ ...PROGRAM, version: '9.9.9' })).rejects.toThrow('cannot install @acme/teapot@9.9.9: it says it is "1.2.3 (Teapot)"');
  expect(readdirSync(cacheDir)).toEqual([]);
});

test('giving up stops npm and leaves nothing', async () => {
  const { install, cacheDir } = aMachine('sleep 60');
  const givenUp = new AbortController();
  const installing = install(PROGRAM, givenUp.signal);
  await expect.poll(() => existsSync(cacheDir) && readdirSync(cacheDir).length).toBe(2);
  givenUp.abort(new Error('enough'));
  await expect(installing).rejects.toThrow('enough');
  expect(readdirSync(cacheDir)).toEqual([]);
});
