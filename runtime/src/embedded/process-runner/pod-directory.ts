import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerRun } from './container-run.ts';
import type { PodFailure } from './plan-pod.ts';

/** What must not be forgotten about a Pod: with it no container runs twice, whenever the engine is stopped. */
export interface PodRecord {
  readonly startedAt: string;
  readonly failure?: PodFailure;
  readonly runs: Readonly<Record<string, ContainerRun>>;
}

/** The directory of one Pod: its record, its volumes, and per run of a container its log, home and termination message. */
export class PodDirectory {
  readonly path: string;
  readonly #dataDir: string;
  #exists = false;

  constructor(dataDir: string, uid: string) {
    this.#dataDir = dataDir;
    this.path = join(dataDir, 'pods', uid);
  }

  /** `undefined`: this machine never had the Pod. */
  readRecord(): PodRecord | undefined {
    try {
      return JSON.parse(readFileSync(this.#recordPath, 'utf8')) as PodRecord;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new Error(`${this.#recordPath}: cannot be read; remove it to forget the Pod`, { cause: error });
    }
  }

  /** On disk, whole, when it returns. */
  writeRecord(record: PodRecord): void {
    if (!this.#exists) mkdirSync(this.path, { recursive: true, mode: 0o700 });
    this.#exists = true;
    writeFileSync(`${this.#recordPath}.next`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${this.#recordPath}.next`, this.#recordPath);
  }

  volume(name: string): string {
    return join(this.path, 'volumes', name);
  }

  /** Shared by all Pods that name it, and kept when they are gone. */
  claim(namespace: string, name: string): string {
    return join(this.#dataDir, 'claims', namespace, name);
  }

  log(container: string, restartCount: number): string {
    return join(this.path, 'logs', container, String(restartCount));
  }

  /** The runs of a container whose logs are kept, oldest first. */
  loggedRuns(container: string): number[] {
    return namesIn(join(this.path, 'logs', container))
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** Makes the directories of a run, and drops those of the run before the last. */
  prepareRun(container: string, restartCount: number): RunDirectory {
    const run = this.run(container, restartCount);
    for (const directory of [run.homeDirectory, run.temporaryDirectory]) mkdirSync(directory, { recursive: true });
    writeFileSync(run.terminationFile, '');
    if (restartCount > 0) rmSync(this.#runPath(container, restartCount - 1), { recursive: true, force: true });
    if (restartCount > 1) rmSync(this.log(container, restartCount - 2), { recursive: true, force: true });
    return run;
  }

  run(container: string, restartCount: number): RunDirectory {
    const path = this.#runPath(container, restartCount);
    return { homeDirectory: join(path, 'home'), temporaryDirectory: join(path, 'tmp'), terminationFile: join(path, 'termination-log') };
  }

  /** Whatever containers left in it: some tools make their caches read-only, directories included. */
  async remove(): Promise<void> {
    try {
      await rm(this.path, { recursive: true, force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EACCES' && code !== 'EPERM') throw error;
      await makeWritable(this.path);
      await rm(this.path, { recursive: true, force: true });
    }
  }

  get #recordPath(): string {
    return join(this.path, 'record.json');
  }

  #runPath(container: string, restartCount: number): string {
    return join(this.path, 'containers', container, String(restartCount));
  }
}

export interface RunDirectory {
  readonly homeDirectory: string;
  readonly temporaryDirectory: string;
  readonly terminationFile: string;
}

/** The uids of the Pods that have a directory. */
export function podsOnDisk(dataDir: string): string[] {
  return namesIn(join(dataDir, 'pods'));
}

/** Symbolic links are not followed: they may lead out of the Pod. */
export async function makeWritable(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) if (entry.isDirectory()) await makeWritable(join(directory, entry.name));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
