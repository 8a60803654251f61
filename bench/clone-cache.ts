/**
 * What a Task waits for its clone, with and without a cache, from a git server on loopback: seconds, and bytes that were sent. The repository is 50 MB in
 * 200 commits. A network of 100 Mbit/s would add what the bytes take there.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { prepare } from '@taskwright/runtime/agent';
import { systemClock } from '@taskwright/runtime/kube';
import { startGitServer } from '@taskwright/runtime/testing';
import { figure, median } from './figure.ts';
import { temporaryFolder } from './temporary-folder.ts';

const ROUNDS = 5;
const COMMITS = 200;
const FILE_BYTES = 250_000;

const root = temporaryFolder('clone-cache');
const env = {
  PATH: process.env.PATH!, HOME: root, GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com',
};
const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });

const source = join(root, 'source');
mkdirSync(source);
git(source, 'init', '--quiet', '--initial-branch=main');
const commit = (n: number) => {
  writeFileSync(join(source, `file-${n}`), randomBytes(FILE_BYTES));
  git(source, 'add', '--all');
  git(source, 'commit', '--quiet', '--message', `file ${n}`);
};
for (let n = 0; n < COMMITS; n++) commit(n);
git(root, 'clone', '--quiet', '--bare', source, 'shop.git');
const server = await startGitServer({ root });

let clones = 0;
async function clone(cache: string | undefined): Promise<{ seconds: number; megabytes: number }> {
  const dir = join(root, `clone-${++clones}`);
  const before = server.sentBytes();
  const startedAt = performance.now();
  await prepare({
    clock: systemClock,
    log: () => {},
    env: {
      ...env, TASKWRIGHT_WORKSPACE: JSON.stringify({ repo: `${server.url}/shop.git` }), TASKWRIGHT_WORKSPACE_DIR: dir, KELOS_PLUGIN_DIR: join(dir, 'plugin'),
      TASKWRIGHT_PLUGIN_SOURCE_DIR: join(dir, 'plugin-src'), ...(cache && { TASKWRIGHT_CLONE_CACHE_DIR: cache }),
    },
  });
  const measured = { seconds: (performance.now() - startedAt) / 1000, megabytes: (server.sentBytes() - before) / 1e6 };
  rmSync(dir, { recursive: true });
  return measured;
}

try {
  const cache = join(root, 'cache');
  mkdirSync(cache);
  const first = await clone(cache);
  const [without, cached]: { seconds: number; megabytes: number }[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    commit(COMMITS + round);
    git(source, 'push', '--quiet', join(root, 'shop.git'), 'main');
    without!.push(await clone(undefined));
    cached!.push(await clone(cache));
  }
  for (const [name, rounds] of [['without a cache', without!], ['with a cache, a commit later', cached!], ['the first with a cache', [first]]] as const) {
    figure('clone-cache', `${name}: time`, median(rounds.map(({ seconds }) => seconds)), 's');
    figure('clone-cache', `${name}: sent`, median(rounds.map(({ megabytes }) => megabytes)), 'MB');
  }
} finally {
  await server.close();
  rmSync(root, { recursive: true, force: true });
}
