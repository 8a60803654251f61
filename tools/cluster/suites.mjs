/** The suites that need a real Kubernetes. Each starts its own, runs vitest on it, and leaves nothing behind. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { SOURCE_CONDITION, SetupError, nodeBinary, root, toolEnvironment } from '../bootstrap.mjs';
import { startControlPlane, stopControlPlane } from './control-plane.mjs';
import { writeImages } from './images.mjs';
import { whyNoNode } from './machine.mjs';
import { HOST, startNode, stopNode } from './node.mjs';
import { findPrograms } from './programs.mjs';

/** One node at a time on a machine: all have the same bridge. What a run that was killed left is cleared away by the next. */
export const nodeFolder = join(tmpdir(), `taskwright-node-${userInfo().uid}`);

/** Each three to four times what it takes on two idle cores. */
const SUITES_END_WITHIN_MS = { controlPlane: 6 * 60_000, node: 12 * 60_000 };
const INSTALLED_WITHIN_MS = 5 * 60_000;

/**
 * Runs `runtime/test/cluster`, on a control plane of its own or on the cluster in `TASKWRIGHT_TEST_KUBECONFIG`; returns vitest's exit code.
 *
 * **Errors** {@link SetupError} when there is nothing to run them on.
 */
export async function runControlPlaneSuites({ env, args, told = {} }) {
  const run = (kubeconfig, signal) => vitest('test/cluster/vitest.config.mjs', { ...told, TASKWRIGHT_TEST_KUBECONFIG: kubeconfig }, args, signal, SUITES_END_WITHIN_MS.controlPlane);
  return await interruptible(async (signal) => {
    if (env.TASKWRIGHT_TEST_KUBECONFIG) return await run(env.TASKWRIGHT_TEST_KUBECONFIG, signal);
    const folder = mkdtempSync(join(tmpdir(), 'taskwright-cluster-test-'));
    try {
      const { kubeconfig } = await startControlPlane({ commands: programs(env), folder, endWithParent: true });
      return await run(kubeconfig, signal);
    } finally {
      await stopControlPlane(folder);
    }
  });
}

/** Runs `runtime/test/node` on a node of its own and tells `print` how far it is; otherwise as {@link runControlPlaneSuites}. */
export async function runNodeSuites({ env, args, print, told = {} }) {
  const startedAt = performance.now();
  const lap = (what) => print(`${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${what}`);
  return await interruptible(async (signal) => {
    try {
      const { controlPlane, commands, hasClaudeCode } = await startNodeWithImages({ env, endWithParent: true, print, lap });
      const node = { TASKWRIGHT_TEST_KUBECONFIG: controlPlane.kubeconfig, TASKWRIGHT_KUBECTL: JSON.stringify(commands.kubectl), TASKWRIGHT_NODE_HOST: HOST, TASKWRIGHT_NODE_CLAUDE_CODE: hasClaudeCode ? '1' : '' };
      return await vitest('test/cluster/node.vitest.config.mjs', { ...told, ...node }, args, signal, SUITES_END_WITHIN_MS.node);
    } finally {
      await stopNode(nodeFolder);
      lap('the node is gone');
    }
  });
}

/** A node with all images of this repository; Claude Code's only where npm can install it. */
export async function startNodeWithImages({ env, endWithParent, print, lap }) {
  const why = whyNoNode();
  if (why) throw new SetupError(`no node: ${why}`);
  const commands = programs(env);
  const archive = join(mkdtempSync(join(tmpdir(), 'taskwright-images-')), 'images.tar');
  try {
    const { directory: claudeCode, error } = installedClaudeCode();
    if (error) print(`no image of Claude Code: ${error}`);
    const images = await writeImages({ env, archive, claudeCode, customAgent: readFileSync(join(root, 'test/cluster/shell-agent.sh')) });
    lap('the images are written');
    const controlPlane = await startNode({ commands, folder: nodeFolder, archive, endWithParent });
    lap('the node has them and takes Pods');
    return { controlPlane, commands, images, hasClaudeCode: claudeCode !== undefined };
  } finally {
    rmSync(dirname(archive), { recursive: true, force: true });
  }
}

export function programs(env) {
  const { commands, missing } = findPrograms(env);
  if (missing) throw new SetupError(`no control plane: ${missing}`);
  return commands;
}

/** The same Claude Code, in the same place, as on a laptop. */
function installedClaudeCode() {
  const program = [
    "import { installAgent } from '@taskwright/runtime/embedded'", "import { systemClock } from '@taskwright/runtime/kube'",
    "console.log(await installAgent('claude-code', { env: process.env, clock: systemClock }))",
  ].join('\n');
  const options = { cwd: join(root, 'cli'), env: toolEnvironment(), encoding: 'utf8', timeout: INSTALLED_WITHIN_MS };
  const { status, stdout, stderr } = spawnSync(nodeBinary, [SOURCE_CONDITION, '--input-type=module', '--eval', program], options);
  return status === 0 ? { directory: stdout.trim() } : { error: /Error: (.*)/.exec(stderr)?.[1] ?? 'it cannot be installed' };
}

/** A signal ends the tests, and then what they ran on. */
async function interruptible(run) {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, interrupt);
  try {
    return await run(interrupted.signal);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

function vitest(config, told, args, interrupted, limitMs) {
  const limit = AbortSignal.timeout(limitMs);
  // vitest looks at the terminal by itself; a colour forced from outside would end up in CI's log.
  const { FORCE_COLOR: _, ...inherited } = toolEnvironment();
  const child = spawn(nodeBinary, ['node_modules/vitest/vitest.mjs', 'run', '--config', config, ...args], {
    cwd: root, env: { ...inherited, ...told, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }) }, stdio: ['ignore', 'inherit', 'inherit'], signal: AbortSignal.any([interrupted, limit]),
  });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      if (limit.aborted) process.stderr.write(`the tests were stopped: they may take ${limitMs / 60_000} minutes\n`);
      else if (!interrupted.aborted) reject(error);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
