import { existsSync } from 'node:fs';
import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** One run of `taskwright dev` on disk. What an agent made stays until ten newer runs exist. */
export interface RunFolder {
  readonly path: string;
  readonly stateFile: string;
  readonly kubeconfig: string;
  readonly repositories: string;
  /** Where the engine keeps logs and volumes of Pods. */
  readonly dataDir: string;
}

/** A run holds clones and logs; ten of them are enough to look back and too few to fill a disk. */
const KEPT_RUNS = 10;

/** Makes the folder of a new run, points `latest` at it and removes the oldest ones. */
export async function createRunFolder(data: string, startedAt: Date): Promise<RunFolder> {
  const runs = join(data, 'runs');
  await mkdir(runs, { recursive: true });
  const id = startedAt.toISOString().replaceAll(/[:.]/g, '-');
  const folder = layout(join(runs, id));
  await mkdir(folder.repositories, { recursive: true });
  await symlink(join('runs', id), join(data, `latest-${id}`));
  await rename(join(data, `latest-${id}`), join(data, 'latest')); // atomic: there is always a latest
  const old = (await readdir(runs)).sort().slice(0, -KEPT_RUNS);
  await Promise.all(old.map((name) => rm(join(runs, name), { recursive: true, force: true })));
  return folder;
}

/** The folder of the newest run, if there ever was one. */
export async function latestRunFolder(data: string): Promise<RunFolder | undefined> {
  const link = join(data, 'latest');
  if (!existsSync(link)) return undefined;
  return layout(resolve(data, await readlink(link)));
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
