import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Builds the Go operator into the user's cache, outside the tree. Answers its path, or nothing where Go is missing or fails, and says so. */
export function buildGoBaseline(): string | undefined {
  const source = new URL('go-baseline', import.meta.url).pathname;
  const folder = join(homedir(), '.cache', 'taskwright');
  const binary = join(folder, 'bench-go-baseline');
  if (spawnSync('go', ['version']).status !== 0) {
    process.stderr.write('SKIPPED: the operator in Go, since there is no `go` on the PATH; install Go 1.26 to compare with it\n');
    return undefined;
  }
  mkdirSync(folder, { recursive: true });
  process.stderr.write('building bench/go-baseline: some minutes the first time\n');
  execFileSync('go', ['build', '-o', binary, '.'], { cwd: source, stdio: ['ignore', 'inherit', 'inherit'] });
  return binary;
}
