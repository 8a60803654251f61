import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
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
 * It is a directory, which every file system makes once, NFS too, where `flock` may hold on one machine only. In it each holder has a file that it
 * writes every 20 seconds; whoever was killed does not, and is succeeded after two minutes. The file of a successor is named after the last sign of life
 * that it saw, so of all who saw that one, one can make it. All ages are those of the file server: the clocks of nodes may differ.
 *
 * **Guarantee** of those who hold it at a time, all but one have been silent for two minutes. It saves transfers; git itself keeps a mirror whole that two
 * write to.
 *
 * **Errors** what the file system says: it is not there, or not to be written.
 */
export async function tryMirrorLock(path: string, clock: Clock): Promise<MirrorLock | undefined> {
  const isFree = await succeeds(mkdir(path), 'EEXIST');
  const file = isFree ? FIRST : await fileOfSuccessor(path);
  if (file === undefined) return undefined;
  // Another was faster, or the lock was released meanwhile, and the next Task takes it.
  if (!(await succeeds(writeFile(join(path, file), ALIVE, { flag: 'wx' }), 'EEXIST', 'ENOENT'))) return undefined;

  let timer: Timer | undefined;
  const schedule = () => {
    timer = clock.after(BEAT_MS, () => void writeFile(join(path, file), ALIVE, { flag: 'r+' }).then(schedule, () => {})); // a successor has released it
  };
  schedule();
  return {
    isInherited: !isFree,
    release: async () => {
      timer?.cancel();
      if ((await holdersOf(path)).at(-1) === file) await rm(path, { recursive: true, force: true });
    },
  };
}

const ALIVE = 'alive\n';
/** The file of the first holder. */
const FIRST = '0';

async function succeeds(work: Promise<void>, ...codes: string[]): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Nothing: a holder lives. */
async function fileOfSuccessor(path: string): Promise<string | undefined> {
  const seen = await Promise.all(['.', ...(await holdersOf(path))].map((name) => modifiedAt(join(path, name))));
  const lastSign = Math.max(...seen);
  const probe = `${path}.${randomUUID()}`;
  await writeFile(probe, '');
  const now = await modifiedAt(probe);
  await rm(probe, { force: true });
  return now - lastSign > STALE_AFTER_MS ? String(lastSign) : undefined;
}

/** In the order of succession. */
async function holdersOf(path: string): Promise<string[]> {
  return (await readdir(path).catch(() => [])).sort((a, b) => Number(a) - Number(b));
}

/** In the time of the file server. What has gone, has gone just now. */
async function modifiedAt(path: string): Promise<number> {
  return stat(path).then(({ mtimeMs }) => mtimeMs, () => Infinity);
}
