/**
 * `npm start`: the first task, end to end, on this machine. Installs and compiles what is missing, then becomes the CLI's
 * own `taskwright dev`; further arguments are passed on.
 */
import { spawn } from 'node:child_process';
import { SOURCE_CONDITION, ensureCompiled, ensureInstalled, nodeBinary, root, runMain, toolEnvironment } from './bootstrap.mjs';
import { BuildError } from './setup-error.mjs';

await runMain(async () => {
  const progress = (message) => process.stderr.write(`${message}\n`);
  ensureInstalled(progress);
  const { ok, output } = await ensureCompiled(progress);
  if (!ok) throw new BuildError(`${output}\nthe constructs do not compile; npm start needs them`);
  return await hand(['cli/src/main.ts', 'dev', 'examples/first-task', ...process.argv.slice(2)]);
});

/** Starts the CLI in our place: same terminal, same signals, same exit code. */
function hand(args) {
  const child = spawn(nodeBinary, [SOURCE_CONDITION, ...args], { cwd: root, stdio: 'inherit', env: toolEnvironment() });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group, so the child has it already, and a second one means "now".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === null) return resolve(code);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  });
}
