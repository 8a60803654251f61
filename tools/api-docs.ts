/**
 * Writes API.md from the assembly that jsii left in `.jsii`. Run as `npx projen docgen`, after a compile.
 *
 * jsii-docgen looks for assemblies in everything below the package, and this workspace links the package into its own
 * `node_modules`: it would follow the link for ever. So it gets a folder with no more than the package and its peers. The L1
 * constructs are left out: their fields are in docs/reference.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'taskwright-api-'));
try {
  for (const file of ['.jsii', 'package.json']) copyFileSync(join(root, file), join(folder, file));
  mkdirSync(join(folder, 'node_modules'));
  for (const peer of ['cdk8s', 'constructs']) symlinkSync(join(root, 'node_modules', peer), join(folder, 'node_modules', peer));
  execFileSync(process.execPath, [join(root, 'node_modules/jsii-docgen/bin/jsii-docgen'), '--submodule', 'root', '--output', 'API.md'], { cwd: folder, stdio: 'inherit' });
  copyFileSync(join(folder, 'API.md'), join(root, 'API.md'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
