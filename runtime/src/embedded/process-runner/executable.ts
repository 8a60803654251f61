import { accessSync, constants, statSync } from 'node:fs';
import { StartError } from './isolation.ts';

/**
 * Finds the program that a container would run, as its own system would: by `PATH`, unless the name has a slash.
 * Found before anything is started, since a failure inside a sandbox looks like a failure of the program.
 *
 * @returns its path as the container sees it
 */
export function findExecutable(name: string, searchPath: string, toHost: (path: string) => string | undefined): string {
  if (name.includes('/')) {
    const problem = problemOf(toHost(name));
    if (problem === undefined) return name;
    throw new StartError(`exec: "${name}": ${problem}`);
  }
  const found = searchPath.split(':').map((directory) => `${directory}/${name}`).find((path) => problemOf(toHost(path)) === undefined);
  if (found === undefined) throw new StartError(`exec: "${name}": executable file not found in $PATH`);
  return found;
}

function problemOf(hostPath: string | undefined): string | undefined {
  if (hostPath === undefined) return 'no such file or directory';
  try {
    accessSync(hostPath, constants.X_OK);
    return statSync(hostPath).isFile() ? undefined : 'is a directory';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'permission denied' : 'no such file or directory';
  }
}
