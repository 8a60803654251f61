import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A folder that goes with this process, also when it is interrupted: a measurement is often cut. */
export function temporaryFolder(name: string): string {
  if (made.length === 0) {
    process.once('exit', () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  }
  const folder = mkdtempSync(join(tmpdir(), `bench-${name}-`));
  made.push(folder);
  return folder;
}
