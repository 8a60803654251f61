/**
 * A real Kubernetes control plane for tests and for trying things out: `npm run cluster:build`, `cluster:up`, `cluster:down`, `cluster:test`.
 *
 * `cluster:test` runs `runtime/test/cluster` against a control plane of its own, which ends with it; or, when
 * `TASKWRIGHT_TEST_KUBECONFIG` is set, against that cluster. Not `KUBECONFIG`: these tests define and delete kinds. Its further arguments go to vitest.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { SetupError, ensureInstalled, nodeBinary, root, runMain, toolEnvironment } from './bootstrap.mjs';
import { isRunning, kubeconfigOf, startControlPlane, stopControlPlane } from './cluster/control-plane.mjs';
import { buildPrograms, findPrograms } from './cluster/programs.mjs';

const { env } = process;
const print = (text) => process.stdout.write(`${text}\n`);
/** One control plane at a time: `cluster:down` has to find what `cluster:up` started. */
const sharedFolder = join(tmpdir(), `taskwright-cluster-${userInfo().uid}`);

const commands = { build, up, down, test };

await runMain(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (!Object.hasOwn(commands, name ?? '')) throw new SetupError(`tools/cluster.mjs: no command is named "${name ?? ''}"; it takes ${Object.keys(commands).join(', ')}`);
  return await commands[name](args);
});

async function build() {
  await buildPrograms(env, print);
}

async function up() {
  if (!isRunning(sharedFolder)) {
    if (!env.KUBE_BIN) await buildPrograms(env, print);
    const started = performance.now();
    await startControlPlane({ commands: programs(), folder: sharedFolder, endWithParent: false });
    print(`the control plane is up after ${((performance.now() - started) / 1000).toFixed(1)} s; npm run cluster:down stops it`);
  }
  print(`export KUBECONFIG=${kubeconfigOf(sharedFolder)}`);
}

async function down() {
  const stopped = await stopControlPlane(sharedFolder);
  print(stopped > 0 ? `stopped ${stopped} processes` : 'no control plane was running');
}

async function test(args) {
  ensureInstalled(print);
  if (env.TASKWRIGHT_TEST_KUBECONFIG) return await vitest(env.TASKWRIGHT_TEST_KUBECONFIG, args);
  const folder = mkdtempSync(join(tmpdir(), 'taskwright-cluster-test-'));
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => interrupted.abort());
  try {
    const { kubeconfig } = await startControlPlane({ commands: programs(), folder, endWithParent: true });
    return await vitest(kubeconfig, args, interrupted.signal);
  } finally {
    await stopControlPlane(folder);
  }
}

function programs() {
  const found = findPrograms(env);
  if (found.missing) throw new SetupError(`no control plane: ${found.missing}`);
  return found.commands;
}

function vitest(kubeconfig, args, signal) {
  const child = spawn(nodeBinary, ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/cluster/vitest.config.mjs', ...args], {
    cwd: root, env: { ...toolEnvironment(), TASKWRIGHT_TEST_KUBECONFIG: kubeconfig }, stdio: ['ignore', 'inherit', 'inherit'], signal,
  });
  return new Promise((resolve, reject) => child.on('error', (error) => (signal?.aborted ? resolve(1) : reject(error))).on('close', (code) => resolve(code ?? 1)));
}
