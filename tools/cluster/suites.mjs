/** The suites that need a real Kubernetes. Each starts its own, runs vitest on it, and leaves nothing behind. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { SOURCE_CONDITION, nodeBinary, root, toolEnvironment } from '../bootstrap.mjs';
import { BuildError, SetupError } from '../setup-error.mjs';
import { startControlPlane, stopControlPlane } from './control-plane.mjs';
import { writeImages } from './images.mjs';
import { whyNoNode } from './machine.mjs';
import { HOST, startNode, stopNode } from './node.mjs';
import { findPrograms } from './programs.mjs';

/** One node at a time on a machine: all have the same bridge. What a run that was killed left is cleared away by the next. */
export const nodeFolder = join(tmpdir(), `taskwright-node-${userInfo().uid}`);

/** Each three to four times what it takes on two idle cores. */
const SUITES_END_WITHIN_MS = { controlPlane: 15 * 60_000, node: 20 * 60_000 };
/** Of all agents together: 1.2 GB on disk. */
const INSTALLED_WITHIN_MS = 10 * 60_000;

/**
 * Runs `runtime/test/cluster`, on a control plane of its own or on the cluster in `TASKWRIGHT_TEST_KUBECONFIG`; returns vitest's exit code.
 *
 * **Errors** {@link SetupError} when there is nothing to run them on, {@link BuildError} when what we made for them is broken.
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
    // Whoever could not start one, since another is up, does not stop that one.
    const { controlPlane, commands, agents } = await startNodeWithImages({ env, endWithParent: true, print, lap });
    try {
      const node = { TASKWRIGHT_TEST_KUBECONFIG: controlPlane.kubeconfig, TASKWRIGHT_KUBECTL: JSON.stringify(commands.kubectl), TASKWRIGHT_NODE_HOST: HOST, TASKWRIGHT_NODE_AGENTS: agents.join(',') };
      return await vitest('test/cluster/node.vitest.config.mjs', { ...told, ...node }, args, signal, SUITES_END_WITHIN_MS.node);
    } finally {
      await stopNode(nodeFolder);
      lap('the node is gone');
    }
  });
}

/** A node with all images of this repository; those of agents only where npm can install them. Cursor, which npm does not have, is a stand-in. */
export async function startNodeWithImages({ env, endWithParent, print, lap }) {
  const why = whyNoNode();
  if (why) throw new SetupError(`no node: ${why}`);
  const commands = programs(env);
  const folder = mkdtempSync(join(tmpdir(), 'taskwright-images-'));
  try {
    const { agents, problems } = installedAgents();
    for (const problem of problems) print(`an image is left out: ${problem}`);
    lap('the programs of the agents are there');
    const read = (file) => readFileSync(join(root, 'test/cluster', file));
    const { names, archive } = await writeImages({ env, folder, agents, scripts: { customAgent: read('shell-agent.sh'), cursor: read('cursor-stand-in.mjs') } });
    lap('the images are written');
    const controlPlane = await startNode({ commands, folder: nodeFolder, archive, endWithParent });
    lap('the node has them and takes Pods');
    return { controlPlane, commands, images: names, agents: Object.keys(agents) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function programs(env) {
  const { commands, missing } = findPrograms(env);
  if (missing) throw new SetupError(`no control plane: ${missing}`);
  return commands;
}

/** The same programs, in the same place, as on a laptop: all that npm has, at the same time; and why one could not be had. */
function installedAgents() {
  const program = `
    import { adapterFor, agentTypes } from '@taskwright/runtime/agent';
    import { installAgent } from '@taskwright/runtime/embedded';
    import { systemClock } from '@taskwright/runtime/kube';
    const adapters = (await Promise.all(agentTypes().map(adapterFor))).filter(({ program }) => program !== undefined);
    const install = async ({ type, program: { command } }) => {
      try {
        return { type, command, directory: await installAgent(type, { env: process.env, clock: systemClock }) };
      } catch (error) {
        return { problem: error.message };
      }
    };
    console.log(JSON.stringify(await Promise.all(adapters.map(install))));`;
  const options = { cwd: join(root, 'cli'), env: toolEnvironment(), encoding: 'utf8', timeout: INSTALLED_WITHIN_MS };
  const { status, signal, stdout, stderr, error } = spawnSync(nodeBinary, [SOURCE_CONDITION, '--input-type=module', '--eval', program], options);
  if (error || signal !== null) throw new SetupError(`no images: installing the agents did not end by itself: ${error?.message ?? signal}`);
  // An agent that npm does not give is a problem below: what is left to fail here is our own program.
  if (status !== 0) throw new BuildError(`no images: what installs the agents failed with exit code ${status}:\n${stderr.trim()}`);
  const found = JSON.parse(stdout);
  return {
    agents: Object.fromEntries(found.flatMap(({ type, ...program }) => (type === undefined ? [] : [[type, program]]))),
    problems: found.flatMap(({ problem }) => problem ?? []),
  };
}

/** A signal ends the tests, and then what they ran on. */
export async function interruptible(run) {
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

export function vitest(config, told, args, interrupted, limitMs) {
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
