import { closeSync, openSync, readSync } from 'node:fs';
import type { Container } from '../pod.ts';
import { readLog } from './log-reader.ts';

/** Bounds of the kubelet. */
const MOST_BYTES = 4096;
const LOG_LINES = 80;
const LOG_BYTES = 2048;

export const DEFAULT_TERMINATION_PATH = '/dev/termination-log';

export interface TerminationFacts {
  readonly container: Container;
  readonly exitCode: number;
  /** The file that stands at `terminationMessagePath`. */
  readonly file: string;
  readonly logDirectory: string;
}

/**
 * What an ended container leaves as its message: the beginning of the file, or, if that is empty and the container failed and asked
 * for it, the end of its log.
 */
export async function terminationMessageOf({ container, exitCode, file, logDirectory }: TerminationFacts): Promise<string | undefined> {
  const message = beginningOf(file);
  if (message !== '') return message;
  if (exitCode === 0 || container.terminationMessagePolicy !== 'FallbackToLogsOnError') return undefined;
  let tail = Buffer.alloc(0);
  const log = readLog(logDirectory, undefined, { tailLines: LOG_LINES }, new AbortController().signal);
  for await (const block of log) tail = Buffer.concat([tail, block]).subarray(-LOG_BYTES);
  return tail.length > 0 ? tail.toString() : undefined;
}

function beginningOf(file: string): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(MOST_BYTES);
      return buffer.toString('utf8', 0, readSync(handle, buffer, 0, MOST_BYTES, 0));
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''; // the container removed it
    throw error;
  }
}
