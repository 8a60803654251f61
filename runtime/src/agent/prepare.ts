import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import type { Clock } from '../kube/clock.ts';
import { setUpBranch } from './branch.ts';
import { cloneByCache } from './clone-cache.ts';
import { clone } from './clone.ts';
import { Git } from './git.ts';
import { layoutOf, type Env, type Layout } from './layout.ts';
import { copyPlugins } from './plugins.ts';
import { redactionFor } from './redaction.ts';
import { setRemotes } from './remotes.ts';
import { installSkills } from './skills.ts';
import { StepError, oneLine } from './step-error.ts';
import { readWorkspaceInput, type WorkspaceInput } from './workspace-input.ts';
import { updateSubmodules } from './submodules.ts';
import { writeWorkspaceFiles } from './workspace-files.ts';

export interface PrepareOptions {
  readonly env: Env;
  readonly clock: Clock;
  /** One line of progress. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Makes the workspace that an agent starts in: the clone with its remotes, branch and files; beside it plugins and skills at the same time.
 *
 * It may run again in the same volume (a kubelet repeats init containers when a Pod's sandbox is lost): what it made before is replaced.
 *
 * **Errors:** `StepError`, with the reason of the first step that failed; the others are stopped.
 */
export async function prepare(options: PrepareOptions): Promise<void> {
  const layout = layoutOf(options.env);
  const input = await readWorkspaceInput(options.env);
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  const redact = redactionFor(options.env);
  const git = new Git({ ...options, repo: input.repo, redact, signal, note: options.log });

  const failures: StepError[] = [];
  const step = async (name: string, work: () => Promise<void>) => {
    const startedAt = options.clock.elapsed();
    try {
      await work();
      options.log(`${name} ready in ${((options.clock.elapsed() - startedAt) / 1000).toFixed(1)} s`);
    } catch (error) {
      failures.push(error instanceof StepError ? error : new StepError(`${name} failed: ${oneLine(redact((error as Error).message))}`));
      failed.abort();
    }
  };
  await Promise.all([
    input.repo === undefined ? undefined : step('workspace', () => prepareRepository(git, input.repo!, input, layout, options)),
    existsSync(layout.pluginSourceDir) ? step('plugins', () => copyPlugins(layout.pluginSourceDir, layout.pluginDir)) : undefined,
    input.skills.length === 0 ? undefined : step('skills', () => installSkills(input.skills, { ...options, redact, signal, pluginDir: layout.pluginDir })),
  ]);
  if (options.signal?.aborted) throw new StepError('the preparation was stopped', 143);
  // The first to fail is the cause; what came after was stopped by it.
  if (failures[0] !== undefined) throw failures[0];
}

async function prepareRepository(git: Git, repo: string, { ref, branch, remotes, submodules, files }: WorkspaceInput, layout: Layout, { clock, log: note }: PrepareOptions): Promise<void> {
  await mkdir(layout.workspaceDir, { recursive: true });
  // Only what an earlier run made is removed: outside a Pod the directory may be somebody's own.
  if (existsSync(layout.preparedFile)) await rm(layout.repoDir, { recursive: true, force: true });
  else if (!existsSync(layout.repoDir)) await writeFile(layout.preparedFile, '');
  const { repoDir, cloneCacheDir: dir } = layout;
  await (dir === undefined ? clone(git, { repo, ref, repoDir }) : cloneByCache(git, { repo, ref, repoDir }, { dir, clock, note }));
  await setRemotes(git, remotes, layout.repoDir);
  if (branch !== undefined) await setUpBranch(git, branch, layout.repoDir);
  if (submodules) await updateSubmodules(git, layout.repoDir);
  await writeWorkspaceFiles(files, layout.repoDir);
}
