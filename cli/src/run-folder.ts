import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommandError } from './io.ts';

/** One run of `taskwright dev` on disk. What an agent made stays until ten newer runs exist. */
export interface RunFolder {
  readonly path: string;
  readonly stateFile: string;
  readonly kubeconfig: string;
  readonly repositories: string;
  /** Where the engine keeps logs and volumes of Pods. */
  readonly dataDir: string;
}

/** Where runs are kept unless `--data` says otherwise. */
export const DEFAULT_DATA = '.taskwright';

/** A run holds clones and logs; ten of them are enough to look back and too few to fill a disk. */
const KEPT_RUNS = 10;

/** What a run is called: when it began. Nothing else is ever removed. */
const RUN_ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/;

/**
 * Makes the folder of a new run, points `latest` at it and removes the oldest ones.
 *
 * Runs hold keys and what agents were told: nobody else can read them, and git does not see them.
 *
 * @throws CommandError when `runs` leads elsewhere, as a link that came with a stranger's repository could.
 */
export async function createRunFolder(data: string, startedAt: Date): Promise<RunFolder> {
  const runs = join(data, 'runs');
  if ((await lstat(runs).catch(() => undefined))?.isSymbolicLink()) throw new CommandError(`${runs}: is a link to somewhere else, where old runs would be removed; remove it, or name another folder with --data`);
  const id = startedAt.toISOString().replaceAll(/[:.]/g, '-');
  const folder = layout(join(runs, id));
  try {
    await mkdir(folder.repositories, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new CommandError(`--data: cannot write to ${data}: ${(cause as Error).message}; name another folder, for example --data /tmp/taskwright`, { cause });
  }
  // What is there already stays as it is, a link included.
  await writeFile(join(data, '.gitignore'), '*\n', { flag: 'wx' }).catch(unlessThere);
  await symlink(join('runs', id), join(data, `latest-${id}`));
  await rename(join(data, `latest-${id}`), join(data, 'latest')); // atomic: there is always a latest
  const old = (await readdir(runs)).filter((name) => RUN_ID.test(name)).sort().slice(0, -KEPT_RUNS);
  await Promise.all(old.map((name) => rm(join(runs, name), { recursive: true, force: true })));
  return folder;
}

/** Whether no newer run has taken the place of `latest`. */
export async function isLatest(data: string, run: RunFolder): Promise<boolean> {
  return (await latestRunFolder(data))?.path === run.path;
}

/** The folder of the newest run, if there ever was one. */
export async function latestRunFolder(data: string): Promise<RunFolder | undefined> {
  const link = join(data, 'latest');
  if (!existsSync(link)) return undefined;
  return layout(resolve(data, await readlink(link)));
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function layout(path: string): RunFolder {
  return {
    path,
    stateFile: join(path, 'state.jsonl'),
    kubeconfig: join(path, 'kubeconfig'),
    repositories: join(path, 'repositories'),
    dataDir: path,
  };
}
