import { type LoggedContainer, type LogOptions, NoSuchLog } from '../pod-logs.ts';
import type { ContainerLog } from './container-log.ts';
import { readLog } from './log-reader.ts';
import { PodDirectory } from './pod-directory.ts';

/** Reads what a container printed from the files of its Pod; `live` is given while the container runs. */
export function streamPodLog(dataDir: string, { uid, container, pod }: LoggedContainer, live: ContainerLog | undefined, options: LogOptions, signal: AbortSignal): AsyncIterable<Buffer> {
  const directory = new PodDirectory(dataDir, uid);
  const runs = directory.loggedRuns(container);
  const restartCount = options.previous ? runs.at(-2) : runs.at(-1);
  if (restartCount === undefined) throw new NoSuchLog(`${options.previous ? 'previous terminated ' : ''}container "${container}" in pod "${pod}" not found`);
  return readLog(directory.log(container, restartCount), options.previous ? undefined : live, options, signal);
}
