import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../kube/clock.ts';
import { endLeftProcesses } from './process-runner/left-processes.ts';
import { processBegan } from './process-runner/process-group.ts';

/** The process that an engine runs in. */
interface Owner {
  readonly pid: number;
  readonly began: string;
}

/**
 * Takes a data directory for an engine of this process, until `release`.
 *
 * **Errors** where an engine of another process uses it: each would take the containers of the other for left over, and end them.
 */
export function ownDirectory(dataDir: string): { release(): void } {
  const other = ownerOf(dataDir);
  if (other && other.pid !== process.pid && isAlive(other)) throw new Error(`${dataDir}: the engine of process ${other.pid} uses it; stop that one, or name another directory`);
  const file = fileIn(dataDir);
  const owner: Owner = { pid: process.pid, began: processBegan(process.pid)! };
  writeFileSync(`${file}.next`, JSON.stringify(owner), { mode: 0o600 });
  renameSync(`${file}.next`, file);
  return { release: () => rmSync(file, { force: true }) };
}

/** Ends the containers of an engine that was killed. Those of one that runs are left alone, and one that was stopped left none. */
export async function endAbandoned(dataDir: string, clock: Clock): Promise<void> {
  const owner = ownerOf(dataDir);
  if (!owner || isAlive(owner)) return;
  await endLeftProcesses(dataDir, clock);
  rmSync(fileIn(dataDir), { force: true });
}

function isAlive({ pid, began }: Owner): boolean {
  return processBegan(pid) === began;
}

function ownerOf(dataDir: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Owner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${fileIn(dataDir)}: cannot be read; remove it when no engine runs`, { cause: error });
  }
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'engine.json');
}
