import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../kube/clock.ts';
import { type CloneInput, clone } from './clone.ts';
import { type Git, isTransient } from './git.ts';
import { tryMirrorLock } from './mirror-lock.ts';
import { oneLine } from './step-error.ts';

export interface CloneCache {
  /** A directory that Tasks share, one after the other and at a time. No agent may write to it. */
  readonly dir: string;
  readonly clock: Clock;
  /** One line of progress. */
  readonly note: (line: string) => void;
}

/** A pack for each fetch is cheaper to borrow from than loose objects. */
const FETCH = ['-c', 'fetch.unpackLimit=1', 'fetch', '--quiet', '--no-write-fetch-head', '--no-auto-maintenance', '--no-tags', '--prune', '--force'];
const REFS = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

/**
 * Clones as {@link clone} does, and fetches only what the mirror of the repository lacks: the mirror is brought up to date first, unless somebody is at
 * it, and the clone borrows its objects and then makes them its own, so that the agent needs no cache.
 *
 * A cache that is missing, full, read-only, broken or in use costs at most the time of a try: then the clone is made without it, and the log says so. One
 * that a clone could not be made with is thrown away.
 */
export async function cloneByCache(git: Git, input: CloneInput, cache: CloneCache): Promise<void> {
  const mirror = join(cache.dir, `${mirrorName(input.repo)}.git`);
  const behind = await problemOf(update(git, input.repo, mirror, cache));
  if (behind !== undefined) cache.note(`clone cache: not brought up to date, ${behind}`);
  if (!existsSync(mirror)) return clone(git, input);
  const unusable = await problemOf(clone(git, { ...input, mirror }));
  if (unusable !== undefined) {
    cache.note(`clone cache: could not be used, ${unusable}; cloning without it`);
    await rm(input.repoDir, { recursive: true, force: true });
    await clone(git, input);
  }
  // The host and the credentials are right, as the clone shows.
  if ([behind, unusable].some((problem) => problem !== undefined && isOfMirror(problem))) await discard(mirror, cache);
}

async function problemOf(work: Promise<void>): Promise<string | undefined> {
  return work.then(() => undefined, (error: unknown) => oneLine((error as Error).message));
}

/** Not of the network, and not of a disk that is full or may not be written: a mirror made again would not get over those. */
function isOfMirror(problem: string): boolean {
  return !isTransient(problem) && !/No space left|quota exceeded|Read-only|EROFS|ENOSPC|EDQUOT|EACCES|Permission denied/i.test(problem);
}

/** Credentials in a URL do not make another repository. */
export function mirrorName(repo: string): string {
  return createHash('sha256').update(repo.replace(/^(https?:\/\/)[^/]*@/, '$1')).digest('hex').slice(0, 40);
}

async function update(git: Git, repo: string, mirror: string, { clock, note }: CloneCache): Promise<void> {
  const lock = await tryMirrorLock(`${mirror}.lock`, clock);
  if (!lock) return note(`clone cache: another Task updates it; ${existsSync(mirror) ? 'used as it is' : 'it is not there yet'}`);
  try {
    if (lock.isInherited) await clearAfter(mirror);
    if (existsSync(mirror)) {
      await fetchInto(git, repo, mirror);
      await git.housekeeping('clone cache', [...ours(mirror), '-c', 'gc.autoDetach=false', 'gc', '--auto', '--quiet'], mirror);
    } else {
      await make(git, repo, mirror);
    }
  } finally {
    await lock.release();
  }
}

/** Under another name until it is whole: a mirror that is there can be used. */
async function make(git: Git, repo: string, mirror: string): Promise<void> {
  const making = await mkdtemp(`${mirror}.`);
  try {
    await git.local('clone cache', ['init', '--quiet', '--bare', '--template=', '--', making]);
    await fetchInto(git, repo, making);
    await rename(making, mirror);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error;
  }
}

/** The URL is in no configuration of the mirror, and so no credential that it may hold. */
async function fetchInto(git: Git, repo: string, mirror: string): Promise<void> {
  await git.remote('clone cache', [...ours(mirror), ...FETCH, '--', repo, ...REFS], { cwd: mirror, attempts: 1 });
}

/** A file server may say that all of it is nobody's; git would not touch it. */
function ours(mirror: string): string[] {
  return ['-c', `safe.directory=${mirror}`];
}

/** Whoever was killed left what it was making, and locks of git's own, which no git removes. */
async function clearAfter(mirror: string): Promise<void> {
  const siblings = await readdir(dirname(mirror));
  for (const name of siblings) {
    if (name.startsWith(`${basename(mirror)}.`) && name !== `${basename(mirror)}.lock`) await rm(join(dirname(mirror), name), { recursive: true, force: true });
  }
  if (!existsSync(mirror)) return;
  for (const name of await readdir(mirror, { recursive: true })) if (name.endsWith('.lock')) await rm(join(mirror, name), { force: true });
}

async function discard(mirror: string, { note }: CloneCache): Promise<void> {
  try {
    const aside = await mkdtemp(`${mirror}.`);
    await rename(mirror, join(aside, 'mirror'));
    await rm(aside, { recursive: true, force: true });
    note('clone cache: the mirror was thrown away, the next Task makes it again');
  } catch (error) {
    note(`clone cache: the mirror cannot be thrown away, ${oneLine((error as Error).message)}`);
  }
}
