import { lstat, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { StepError } from './step-error.ts';
import type { WorkspaceFile } from './workspace-input.ts';

/** Writes the files into the clone, over what is there, and never outside it: not by the path, and not by a link that the repository brings. */
export async function writeWorkspaceFiles(files: readonly WorkspaceFile[], repoDir: string): Promise<void> {
  const root = await realpath(repoDir);
  for (const { path, content } of files) {
    const reason = refusalOf(path);
    if (reason !== undefined) throw invalid(path, reason);
    const target = join(root, posix.normalize(path));
    await makeInside(dirname(target), root, path);
    const existing = await lstat(target).catch(() => undefined);
    if (existing?.isDirectory()) throw invalid(path, 'path is a directory of the repository');
    if (existing?.isSymbolicLink()) await rm(target);
    await writeFile(target, content);
  }
}

function refusalOf(path: string): string | undefined {
  if (path.trim() === '') return 'path is empty';
  if (path.includes('\0')) return 'path contains a null character';
  if (path.includes('\\')) return 'path must use forward slashes';
  if (posix.isAbsolute(path)) return 'absolute paths are not allowed';
  const clean = posix.normalize(path).replace(/\/$/, '');
  if (clean === '.') return 'path resolves to current directory';
  if (clean === '..' || clean.startsWith('../')) return 'path escapes repository root';
  return undefined;
}

/** Makes a directory, refusing as soon as the part of it that exists leads elsewhere. */
async function makeInside(directory: string, root: string, path: string): Promise<void> {
  let existing = directory;
  while (existing !== root && (await lstat(existing).catch(() => undefined)) === undefined) existing = dirname(existing);
  const real = await realpath(existing).catch(() => undefined);
  if (real === undefined || (real !== root && !real.startsWith(root + sep))) throw invalid(path, 'path escapes repository root');
  await mkdir(directory, { recursive: true });
}

function invalid(path: string, reason: string): StepError {
  return new StepError(`invalid workspace file path ${JSON.stringify(path)}: ${reason}`);
}
