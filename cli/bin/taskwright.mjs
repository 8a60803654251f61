#!/usr/bin/env node
// Published, the compiled program is beside this file. In a clone there is none: the sources run, on the Node that npm start installs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const compiled = new URL('../lib/main.js', import.meta.url);
if (existsSync(compiled)) {
  await import(compiled.href);
} else {
  const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
  const node = [path('../../node_modules/node/bin/node'), process.execPath].find(existsSync);
  const child = spawn(node, ['--conditions=taskwright-source', path('../src/main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both, and the child ends in its own time.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('exit', (code, signal) => {
    if (signal === null) return void (process.exitCode = code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
