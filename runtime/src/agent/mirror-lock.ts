import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../kube/clock.ts';

/** How often a holder says that it is alive, and how long it may be silent before its lock is taken over. */
const BEAT_MS = 20_000;
const STALE_AFTER_MS = 120_000;

export interface MirrorLock {
  /** It was taken over from somebody who had died. */
  readonly isInherited: boolean;
  release(): Promise<void>;
}

/**
 * Takes the lock of a mirror if nobody holds it, and waits for nobody.
 *
 * It is a directory, which every file system makes once, NFS too, where `flock` may hold on one machine only. Its holder writes into it every
 * 20 seconds; whoever was killed does not, and is succeeded after two minutes. Both ages are those of the file server, so the clocks of
 * nodes may differ.
 *
 * **Guarantee** of those who hold it at a time, all but one have been silent for two minutes. It saves transfers; git itself keeps a mirror whole that two
 * write to.
 *
 * **Errors** what the file system says: it is not there, or not to be written.
 */
export async function tryMirrorLock(path: string, clock: Clock): Promise<MirrorLock | undefined> {
  const id = randomUUID();
  const isFree = await makeDirectory(path);
  if (!isFree && !(await isStale(path, id) && await takeAway(path, id) && await makeDirectory(path))) return undefined;

  const beat = () => writeFile(join(path, BEAT), id);
  await beat();
  let timer: Timer | undefined;
  const schedule = () => {
    timer = clock.after(BEAT_MS, () => void beat().then(schedule, () => {})); // somebody took it over: it is theirs
  };
  schedule();
  return {
    isInherited: !isFree,
    release: async () => {
      timer?.cancel();
      const holder = await readFile(join(path, BEAT), 'utf8').catch(() => undefined);
      if (holder === id) await rm(path, { recursive: true, force: true });
    },
  };
}

const BEAT = 'holder';

async function makeDirectory(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(path: string, id: string): Promise<boolean> {
  const written = (await stat(join(path, BEAT)).catch(() => stat(path).catch(() => undefined)))?.mtimeMs;
  if (written === undefined) return false; // released meanwhile: the next Task takes it
  const probe = `${path}.${id}`;
  await writeFile(probe, '');
  const { mtimeMs: now } = await stat(probe);
  await rm(probe, { force: true });
  return now - written > STALE_AFTER_MS;
}

/** A rename works for one of those who try. */
async function takeAway(path: string, id: string): Promise<boolean> {
  const aside = `${path}.${id}`;
  const isOurs = await rename(path, aside).then(() => true, () => false);
  if (isOurs) await rm(aside, { recursive: true, force: true });
  return isOurs;
}
