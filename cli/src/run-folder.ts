import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readlink, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { agentCacheDir, endAbandoned } from '@taskwright/runtime/embedded';
import { systemClock } from '@taskwright/runtime/kube';
import { CommandError, type Io } from './io.ts';

/** One run of `taskwright dev` on disk. What an agent made stays until ten newer runs exist. */
export interface RunFolder {
  readonly path: string;
  readonly stateFile: string;
  readonly kubeconfig: string;
  readonly repositories: string;
  /** Where the engine keeps logs and volumes of Pods: not in `path`, which is part of the user's project. */
  readonly dataDir: string;
}

/** Where runs are kept unless `--data` says otherwise. */
export const DEFAULT_DATA = '.taskwright';

/** A run holds clones and logs; ten of them are enough to look back and too few to fill a disk. */
const KEPT_RUNS = 10;

/** What a run is called: when it began. Nothing else is ever removed. */
const RUN_ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/;

/**
 * Where containers leave their files. Test runners, linters and editors look for files to run below the folder they are started in, hidden
 * ones included: what an agent wrote there would run as the user, outside of its sandbox.
 */
export function containersHome(env: Io['env']): string {
  return join(dirname(agentCacheDir(env)), 'runs');
}

/**
 * Makes the folder of a new run, points `latest` at it, ends what runs that were killed left running, and removes the oldest ones.
 *
 * Runs hold keys and what agents were told: nobody else can read them, and git does not see them.
 *
 * @throws CommandError when `runs` leads elsewhere, as a link that came with a stranger's repository could.
 */
export async function createRunFolder(data: string, startedAt: Date, home: string): Promise<RunFolder> {
  const runs = join(data, 'runs');
  if ((await lstat(runs).catch(() => undefined))?.isSymbolicLink()) throw new CommandError(`${runs}: is a link to somewhere else, where old runs would be removed; remove it, or name another folder with --data`);
  let id: string;
  try {
    await mkdir(runs, { recursive: true, mode: 0o700 });
    id = await freshFolder(runs, startedAt.getTime());
  } catch (cause) {
    throw new CommandError(`--data: cannot write to ${data}: ${(cause as Error).message}; name another folder, for example --data /tmp/taskwright`, { cause });
  }
  const folder = await layout(join(runs, id), home);
  await mkdir(folder.repositories, { mode: 0o700 });
  // What is there already stays as it is, a link included.
  await writeFile(join(data, '.gitignore'), '*\n', { flag: 'wx' }).catch(unlessThere);
  await symlink(join('runs', id), join(data, `latest-${id}`));
  await rename(join(data, `latest-${id}`), join(data, 'latest')); // atomic: there is always a latest
  const names = (await readdir(runs)).filter((name) => RUN_ID.test(name) && name !== id).sort();
  for (const [index, name] of names.entries()) {
    const { path, dataDir } = await layout(join(runs, name), home);
    await endAbandoned(dataDir, systemClock);
    if (index > names.length - KEPT_RUNS) continue;
    await rm(dataDir, { recursive: true, force: true });
    await rm(path, { recursive: true, force: true });
  }
  return folder;
}

/** Whether no newer run has taken the place of `latest`. */
export async function isLatest(data: string, run: RunFolder, home: string): Promise<boolean> {
  return (await latestRunFolder(data, home))?.path === run.path;
}

/** The folder of the newest run, if there ever was one. */
export async function latestRunFolder(data: string, home: string): Promise<RunFolder | undefined> {
  const link = join(data, 'latest');
  if (!existsSync(link)) return undefined;
  return layout(resolve(data, await readlink(link)), home);
}

/** Of two runs that start in the same millisecond, the second one is named after the next. */
async function freshFolder(runs: string, startedAtMs: number): Promise<string> {
  const id = new Date(startedAtMs).toISOString().replaceAll(/[:.]/g, '-');
  try {
    await mkdir(join(runs, id), { mode: 0o700 });
    return id;
  } catch (error) {
    unlessThere(error as NodeJS.ErrnoException);
    return freshFolder(runs, startedAtMs + 1);
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function layout(path: string, home: string): Promise<RunFolder> {
  // The same run, by whichever way to it.
  const digest = createHash('sha256').update(await realpath(path)).digest('hex').slice(0, 16);
  return {
    path,
    stateFile: join(path, 'state.jsonl'),
    kubeconfig: join(path, 'kubeconfig'),
    repositories: join(path, 'repositories'),
    dataDir: join(home, `${basename(path)}-${digest}`),
  };
}
