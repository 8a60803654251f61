#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { run } from './index.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted.abort(new Error(`stopped by ${signal}`));
    // A second one ends the process at once, as Node does by default.
  });
}

// Whoever reads the output may have seen enough: `taskwright logs fix | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  interrupted.abort();
});

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  input: () => text(process.stdin),
  env: process.env,
  cwd: process.cwd(),
  isTerminal: process.stdout.isTTY === true && !process.env['NO_COLOR'],
  columns: process.stdout.columns,
  signal: interrupted.signal,
});
