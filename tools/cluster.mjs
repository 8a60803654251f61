/**
 * A real Kubernetes control plane for tests and for trying things out: `npm run cluster:build`, `cluster:up`, `cluster:down`, `cluster:test`.
 *
 * `cluster:test` runs `runtime/test/cluster` against a control plane of its own, which ends with it; or, when
 * `TASKWRIGHT_TEST_KUBECONFIG` is set, against that cluster. Not `KUBECONFIG`: these tests define and delete kinds. Its further arguments go to vitest.
 *
 * `npm run test:node` adds a node, which needs root, and runs `runtime/test/node` on it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { SOURCE_CONDITION, SetupError, ensureInstalled, nodeBinary, root, runMain, toolEnvironment } from './bootstrap.mjs';
import { isRunning, kubeconfigOf, startControlPlane, stopControlPlane } from './cluster/control-plane.mjs';
import { writeImages } from './cluster/images.mjs';
import { HOST, startNode, stopNode, whyNoNode } from './cluster/node.mjs';
import { buildPrograms, findPrograms } from './cluster/programs.mjs';

const { env } = process;
const CONTROL_PLANE_TESTS = 'test/cluster/vitest.config.mjs';
const print = (text) => process.stdout.write(`${text}\n`);
/** One control plane at a time: `cluster:down` has to find what `cluster:up` started. */
const sharedFolder = join(tmpdir(), `taskwright-cluster-${userInfo().uid}`);

/** One node at a time as well: all have the same bridge. A run that was killed is cleared away by the next. */
const nodeFolder = join(tmpdir(), `taskwright-node-${userInfo().uid}`);

const commands = { build, up, down, test, 'test-node': testNode };

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
  if (env.TASKWRIGHT_TEST_KUBECONFIG) return await vitest(CONTROL_PLANE_TESTS, {}, args);
  const folder = mkdtempSync(join(tmpdir(), 'taskwright-cluster-test-'));
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => interrupted.abort());
  try {
    const { kubeconfig } = await startControlPlane({ commands: programs(), folder, endWithParent: true });
    return await vitest(CONTROL_PLANE_TESTS, { TASKWRIGHT_TEST_KUBECONFIG: kubeconfig }, args, interrupted.signal);
  } finally {
    await stopControlPlane(folder);
  }
}

/** Tests Tasks in real Pods. What this machine lacks for it is said, and is no failure: it takes Linux, root and a few packages. */
async function testNode(args) {
  ensureInstalled(print);
  const missing = findPrograms(env).missing ?? whyNoNode();
  if (missing) return print(`SKIPPED, no node: ${missing}`);
  if (isRunning(nodeFolder)) throw new SetupError(`a node runs from ${nodeFolder} already; one at a time: wait for that run to end`);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => interrupted.abort());
  const startedAt = performance.now();
  const lap = (what) => print(`${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${what}`);
  const archive = join(mkdtempSync(join(tmpdir(), 'taskwright-images-')), 'images.tar');
  try {
    const { directory: claudeCode, error } = installedClaudeCode();
    if (error) print(`SKIPPED, no Claude Code: ${error}`);
    writeImages({ archive, claudeCode, customAgent: readFileSync(join(root, 'test/cluster/shell-agent.sh')) });
    lap('the images are written');
    const node = await startNode({ commands: programs(), folder: nodeFolder });
    lap('the node is ready');
    node.importImages(archive);
    lap('it has the images');
    const told = { TASKWRIGHT_TEST_KUBECONFIG: node.kubeconfig, TASKWRIGHT_NODE_HOST: HOST, TASKWRIGHT_NODE_CLAUDE_CODE: claudeCode ? '1' : '' };
    return await vitest('test/cluster/node.vitest.config.mjs', told, args, interrupted.signal);
  } finally {
    rmSync(dirname(archive), { recursive: true, force: true });
    await stopNode(nodeFolder);
  }
}

/** The same Claude Code, in the same place, as on a laptop. */
function installedClaudeCode() {
  const program = [
    "import { agentCacheDir, CLAUDE_CODE, installNpmProgram } from '@taskwright/runtime/embedded'", "import { systemClock } from '@taskwright/runtime/kube'",
    'const { env } = process', 'console.log(await installNpmProgram(CLAUDE_CODE, { env, clock: systemClock, cacheDir: agentCacheDir(env) }))',
  ].join('\n');
  const { status, stdout, stderr } = spawnSync(nodeBinary, [SOURCE_CONDITION, '--input-type=module', '--eval', program], { cwd: join(root, 'cli'), env: toolEnvironment(), encoding: 'utf8' });
  return status === 0 ? { directory: stdout.trim() } : { error: /Error: (.*)/.exec(stderr)?.[1] ?? 'it cannot be installed' };
}

function programs() {
  const found = findPrograms(env);
  if (found.missing) throw new SetupError(`no control plane: ${found.missing}`);
  return found.commands;
}

function vitest(config, told, args, signal) {
  const child = spawn(nodeBinary, ['node_modules/vitest/vitest.mjs', 'run', '--config', config, ...args], {
    cwd: root, env: { ...toolEnvironment(), ...told }, stdio: ['ignore', 'inherit', 'inherit'], signal,
  });
  return new Promise((resolve, reject) => child.on('error', (error) => (signal?.aborted ? resolve(1) : reject(error))).on('close', (code) => resolve(code ?? 1)));
}
