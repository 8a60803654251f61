import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];

// Of each file of tests, after whatever else it does at its end. What was killed may take a moment to leave its folder.
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

/** A folder of its own, which goes with the file of tests that asked for it, however that ends. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `taskwright-${name}-`));
  made.push(folder);
  return folder;
}
