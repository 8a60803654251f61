#!/usr/bin/env node
// Published, the compiled program is beside this file. In a clone there is none: the sources run, on the Node that npm start installs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const compiled = new URL('../lib/main.js', import.meta.url);
if (existsSync(compiled)) {
  await import(compiled.href);
} else {
  const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
  const node = [path('../../node_modules/node/bin/node'), process.execPath].find(existsSync);
  const { status, signal } = spawnSync(node, ['--conditions=taskwright-source', path('../src/main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = signal === null ? status : 1;
}
