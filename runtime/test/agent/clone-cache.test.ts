import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mirrorName } from '../../src/agent/clone-cache.ts';
import { prepare } from '../../src/agent/prepare.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { git, gitEnv, type ServedRepository, servedRepository, temporaryDirectory } from './git-fixture.ts';

const LARGE_BYTES = 20_000_000;

/** The repository of the other tests, made large by a file that does not compress, and `later`, which adds a commit to it. */
async function largeRepository(bytes = 200_000): Promise<ServedRepository & { later: (file?: string, content?: string | Buffer) => void }> {
  const served = await servedRepository();
  const work = join(temporaryDirectory(), 'work');
  git(served.bare, 'clone', '--quiet', served.bare, work);
  const later = (file = 'NEWS.md', content: string | Buffer = 'News\n') => {
    writeFileSync(join(work, file), content);
    git(work, 'add', '--all');
    git(work, 'commit', '--quiet', '--message', `change ${file}`);
    git(work, 'push', '--quiet');
  };
  later('movie.bin', randomBytes(bytes));
  return { ...served, later };
}

interface Prepared {
  readonly repo: string;
  /** What it says of the cache. */
  readonly said: string[];
}

async function prepared(workspace: { repo: string; ref?: string; branch?: string }, cache?: string, env: Record<string, string> = {}): Promise<Prepared> {
  const dir = temporaryDirectory();
  const said: string[] = [];
  await prepare({
    clock: systemClock,
    log: (line) => { if (line.startsWith('clone cache')) said.push(line); },
    env: {
      ...gitEnv(dir), TASKWRIGHT_WORKSPACE: JSON.stringify(workspace), TASKWRIGHT_WORKSPACE_DIR: join(dir, 'workspace'),
      KELOS_PLUGIN_DIR: join(dir, 'plugin'), TASKWRIGHT_PLUGIN_SOURCE_DIR: join(dir, 'plugin-src'), ...(cache && { TASKWRIGHT_CLONE_CACHE_DIR: cache }), ...env,
    },
  });
  return { repo: join(dir, 'workspace', 'repo'), said };
}

/** What an agent can see of its clone. */
function sightOf({ repo }: Prepared): object {
  git(repo, 'fsck', '--no-dangling');
  return {
    commits: git(repo, 'rev-list', '--all'),
    refs: git(repo, 'for-each-ref'),
    head: readFileSync(join(repo, '.git/HEAD'), 'utf8'),
    shallow: readFileSync(join(repo, '.git/shallow'), 'utf8').split('\n').sort(),
    config: readFileSync(join(repo, '.git/config'), 'utf8'),
    status: git(repo, 'status', '--porcelain'),
    borrows: existsSync(join(repo, '.git/objects/info/alternates')),
  };
}

const mirrorIn = (cache: string, url: string) => join(cache, `${mirrorName(url)}.git`);

test('the second clone of a large repository fetches less than a twentieth of what the first did', async () => {
  const { url, server, later } = await largeRepository(LARGE_BYTES);
  const cache = temporaryDirectory();
  const fetchedBy = async (work: () => Promise<unknown>) => {
    const before = server.sentBytes();
    await work();
    return server.sentBytes() - before;
  };
  const first = await fetchedBy(() => prepared({ repo: url }, cache));
  later();
  const second = await fetchedBy(() => prepared({ repo: url }, cache));
  expect(first).toBeGreaterThan(LARGE_BYTES);
  expect(second).toBeLessThan(LARGE_BYTES / 20);
});

test('an agent sees no difference, whatever it works on, and the cache may be gone by then', async () => {
  const { url, commits, later } = await largeRepository();
  const cache = temporaryDirectory();
  await prepared({ repo: url }, cache);
  later();
  const clones: [string, Prepared, Prepared][] = [];
  for (const wanted of [{}, { ref: 'feature' }, { ref: 'v1' }, { ref: commits[1] }, { branch: 'feature' }, { ref: 'v1', branch: 'bot/fix-7' }]) {
    clones.push([JSON.stringify(wanted), await prepared({ repo: url, ...wanted }, cache), await prepared({ repo: url, ...wanted })]);
  }
  rmSync(cache, { recursive: true });
  expect(clones.map(([wanted, cached]) => [wanted, sightOf(cached), cached.said])).toEqual(clones.map(([wanted, , plain]) => [wanted, sightOf(plain), []]));
});

test('Tasks at a time have a clone each, whoever makes the mirror', async () => {
  const { url, later } = await largeRepository();
  const cache = temporaryDirectory();
  const plain = sightOf(await prepared({ repo: url }));
  for (const round of ['without a mirror', 'with one that is behind']) {
    const clones = await Promise.all([1, 2, 3].map(() => prepared({ repo: url }, cache)));
    if (round === 'without a mirror') expect(clones.map(sightOf)).toEqual([plain, plain, plain]);
    expect(clones.flatMap(({ said }) => said).every((line) => line.startsWith('clone cache: another Task updates it; '))).toBe(true);
    later('NEWS.md', round);
  }
  expect(readdirSync(cache)).toEqual([`${mirrorName(url)}.git`]);
});

test('whoever is killed while it makes the mirror is succeeded, and leaves nothing', async () => {
  const { url } = await largeRepository();
  const cache = temporaryDirectory();
  const mirror = mirrorIn(cache, url);
  const holder = spawn(process.execPath, ['--conditions=taskwright-source', '--input-type=module', '--eval', `
    import { tryMirrorLock } from ${JSON.stringify(new URL('../../src/agent/mirror-lock.ts', import.meta.url).href)};
    import { systemClock } from ${JSON.stringify(new URL('../../src/kube/clock.ts', import.meta.url).href)};
    console.log(await tryMirrorLock(${JSON.stringify(`${mirror}.lock`)}, systemClock) ? 'held' : 'not held');
  `], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  expect(String(await once(holder.stdout, 'data').then(([chunk]) => chunk as Buffer))).toBe('held\n');
  const busy = ['clone cache: another Task updates it; it is not there yet'];
  expect((await prepared({ repo: url }, cache)).said).toEqual(busy);

  holder.kill('SIGKILL');
  await once(holder, 'close');
  mkdirSync(`${mirror}.half-made`);
  expect((await prepared({ repo: url }, cache)).said).toEqual(busy);
  for (const name of ['0', '.']) grow(join(`${mirror}.lock`, name), 121);
  expect((await prepared({ repo: url }, cache)).said).toEqual([]);
  expect(readdirSync(cache)).toEqual([`${mirrorName(url)}.git`]);
});

test('a git that was killed in the mirror keeps nobody out for ever', async () => {
  const { url, later } = await largeRepository();
  const cache = temporaryDirectory();
  const mirror = mirrorIn(cache, url);
  await prepared({ repo: url }, cache);
  later();
  writeFileSync(join(mirror, 'refs/heads/main.lock'), '');
  mkdirSync(`${mirror}.lock`);
  grow(`${mirror}.lock`, 121);
  expect((await prepared({ repo: url }, cache)).said).toEqual([]);
  expect(git(mirror, 'log', '--format=%s', '-1', 'main')).toBe('change NEWS.md');
});

test('whatever is broken in a mirror, no Task fails by it, and the mirror is mended', async () => {
  const packOf = (mirror: string, ending: string) => {
    const directory = join(mirror, 'objects/pack');
    return join(directory, readdirSync(directory).find((name) => name.endsWith(ending))!);
  };
  const spoilt: Record<string, (mirror: string) => void> = {
    'it lost its pack': (mirror) => rmSync(packOf(mirror, '.pack')),
    'it has half a pack': (mirror) => truncateSync(packOf(mirror, '.pack'), statSync(packOf(mirror, '.pack')).size >> 1),
    'it has other bytes in its pack': (mirror) => {
      const pack = packOf(mirror, '.pack');
      const bytes = readFileSync(pack);
      bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 4_096);
      rmSync(pack);
      writeFileSync(pack, bytes);
    },
    'it lost its index': (mirror) => rmSync(packOf(mirror, '.idx')),
    'it is no repository': (mirror) => rmSync(join(mirror, 'HEAD')),
  };
  const { url } = await largeRepository();
  const plain = sightOf(await prepared({ repo: url }));
  for (const [what, spoil] of Object.entries(spoilt)) {
    const cache = temporaryDirectory();
    await prepared({ repo: url }, cache);
    spoil(mirrorIn(cache, url));
    const [first, , last] = [await prepared({ repo: url }, cache), await prepared({ repo: url }, cache), await prepared({ repo: url }, cache)];
    expect([what, sightOf(first), sightOf(last), last.said]).toEqual([what, plain, plain, []]);
  }
});

test.each([
  { it: 'is not there', cacheOf: (dir: string) => join(dir, 'nothing'), said: /ENOENT/ },
  { it: 'is no directory', cacheOf: (dir: string) => { writeFileSync(join(dir, 'file'), ''); return join(dir, 'file'); }, said: /ENOTDIR/ },
])('a cache that $it fails no Task, and the log says so', async ({ cacheOf, said }) => {
  const { url } = await servedRepository();
  const cached = await prepared({ repo: url }, cacheOf(temporaryDirectory()));
  expect(cached.said).toEqual([expect.stringMatching(said)]);
  expect(sightOf(cached)).toEqual(sightOf(await prepared({ repo: url })));
});

test('a cache that is full fails no Task, and what is there is used', async () => {
  const { url, server, later } = await largeRepository();
  const cache = temporaryDirectory();
  const bin = temporaryDirectory();
  writeFileSync(join(bin, 'git'), `#!/bin/sh
case " $* " in *" --no-write-fetch-head "*) echo "fatal: write error: No space left on device" >&2; exit 128;; esac
PATH="\${PATH#*:}" exec git "$@"
`, { mode: 0o755 });
  const full = { PATH: `${bin}:${process.env.PATH!}` };
  const said = ['clone cache: not brought up to date, clone cache failed: write error: No space left on device'];
  expect((await prepared({ repo: url }, cache, full)).said).toEqual(said);
  expect(readdirSync(cache)).toEqual([]);
  await prepared({ repo: url }, cache);
  later();
  const before = server.sentBytes();
  expect((await prepared({ repo: url }, cache, full)).said).toEqual(said);
  expect(server.sentBytes() - before).toBeLessThan(100_000);
});

test('no credential is left in the mirror, and a URL with one shares that of the URL without', async () => {
  const auth = { username: 'x-access-token', password: 'ghs_secret_token' };
  const { url } = await servedRepository({ auth });
  const cache = temporaryDirectory();
  await prepared({ repo: url }, cache, { GITHUB_TOKEN: auth.password });
  await prepared({ repo: url.replace('://', `://${auth.username}:${auth.password}@`) }, cache);
  const mirror = mirrorIn(cache, url);
  expect(readdirSync(cache)).toEqual([`${mirrorName(url)}.git`]);
  const files = readdirSync(mirror, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.filter(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1').includes(auth.password))).toEqual([]);
});

test('a repository that may not be read is not read from the cache', async () => {
  const auth = { username: 'x-access-token', password: 'ghs_secret_token' };
  const { url } = await servedRepository({ auth });
  const cache = temporaryDirectory();
  await prepared({ repo: url }, cache, { GITHUB_TOKEN: auth.password });
  await expect(prepared({ repo: url }, cache, { GITHUB_TOKEN: 'ghs_another' })).rejects.toThrow(/^clone failed: Authentication failed for /);
  expect(existsSync(mirrorIn(cache, url))).toBe(true);
});

test('a mirror does not grow by a pack for every Task', async () => {
  const { url, later } = await largeRepository();
  const cache = temporaryDirectory();
  const mirror = mirrorIn(cache, url);
  await prepared({ repo: url }, cache);
  const configured = join(mirror, 'config');
  appendFileSync(configured, '[gc]\n\tautoPackLimit = 2\n');
  for (let n = 0; n < 3; n++) {
    later(`file-${n}`);
    await prepared({ repo: url }, cache);
  }
  expect(readdirSync(join(mirror, 'objects/pack')).filter((name) => name.endsWith('.pack')).length).toBeLessThanOrEqual(3);
});

/** Makes a file so many seconds older. */
function grow(path: string, seconds: number): void {
  const at = new Date(statSync(path).mtimeMs - seconds * 1000);
  utimesSync(path, at, at);
}
