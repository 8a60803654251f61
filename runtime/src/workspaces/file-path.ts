import { posix } from 'node:path';
import { JobBuildError } from '../tasks/job-build-error.ts';

/** The path of a Workspace file, cleaned. Throws when it would not land inside the repository. */
export function cleanFilePath(path: string): string {
  const refuse = (reason: string) => new JobBuildError(`invalid workspace file path "${path}": ${reason}`);
  if (path.trim() === '') throw refuse('path is empty');
  if (path.includes('\\')) throw refuse('path must use forward slashes');
  const clean = posix.normalize(path).replace(/(?<=.)\/$/, '');
  if (clean === '.') throw refuse('path resolves to current directory');
  if (posix.isAbsolute(clean)) throw refuse('absolute paths are not allowed');
  if (clean === '..' || clean.startsWith('../')) throw refuse('path escapes repository root');
  return clean;
}
