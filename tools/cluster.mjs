/**
 * A real Kubernetes for tests and for trying things out; test/cluster/README.md says how to use it.
 *
 * `cluster:build`, `cluster:setup`: what it needs. `cluster:up`, `cluster:down`: one to try things on. `cluster:test`, `test:node`: the suites, each on
 * one of its own; their arguments go to vitest.
 */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, runMain } from './bootstrap.mjs';
import { isRunning, kubeconfigOf, startControlPlane, stopControlPlane } from './cluster/control-plane.mjs';
import { installPackages, whyNoNode } from './cluster/machine.mjs';
import { stopNode, testsOn } from './cluster/node.mjs';
import { buildPrograms } from './cluster/programs.mjs';
import { nodeFolder, programs, runControlPlaneSuites, runNodeSuites, startNodeWithImages } from './cluster/suites.mjs';
import { SetupError } from './setup-error.mjs';

const { env } = process;
const print = (text) => process.stdout.write(`${text}\n`);
/** One at a time, so that `cluster:down` finds what `cluster:up` started. */
const controlPlaneFolder = join(tmpdir(), `taskwright-cluster-${userInfo().uid}`);

const commands = {
  'build': () => buildPrograms(env, print),
  'setup': () => installPackages(print),
  up,
  down,
  'test': (args) => {
    ensureInstalled(print);
    return runControlPlaneSuites({ env, args });
  },
  'test-node': (args) => {
    ensureInstalled(print);
    return runNodeSuites({ env, args, print });
  },
};

await runMain(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (!Object.hasOwn(commands, name ?? '')) throw new SetupError(`tools/cluster.mjs: no command is named "${name ?? ''}"; it takes ${Object.keys(commands).join(', ')}`);
  return await commands[name](args);
});

/** With a node where that is possible, unless `--control` asks for the control plane alone. */
async function up(args) {
  const unknown = args.find((arg) => arg !== '--control');
  if (unknown !== undefined) throw new SetupError(`cluster:up takes --control, the control plane alone, and nothing else; got ${unknown}`);
  const running = [nodeFolder, controlPlaneFolder].find(isRunning);
  if (running) {
    print(`${running === nodeFolder ? 'a node' : 'a control plane without a node'} is up already; npm run cluster:down ends it`);
    return tellHowToUse(running);
  }
  if (!env.KUBE_BIN) await buildPrograms(env, print);
  const whyNot = args.includes('--control') ? undefined : whyNoNode();
  if (whyNot) print(`NO NODE: ${whyNot}\nwhat starts is what npm run cluster:up -- --control starts: a control plane, on which Pods stay Pending`);

  const startedAt = performance.now();
  const lap = (what) => print(`${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${what}`);
  if (whyNot || args.includes('--control')) {
    await startControlPlane({ commands: programs(env), folder: controlPlaneFolder, endWithParent: false });
    lap('the control plane is up; npm run cluster:down ends it');
    return tellHowToUse(controlPlaneFolder);
  }
  ensureInstalled(print);
  const { images } = await startNodeWithImages({ env, endWithParent: false, print, lap });
  print(`npm run cluster:down ends it. Nothing is pulled; the images it has:\n${images.map((image) => `  ${image}`).join('\n')}`);
  return tellHowToUse(nodeFolder);
}

async function down() {
  const tests = testsOn(nodeFolder);
  if (tests) print(`a node stays up: tests run on it, process ${tests}, which ends it`);
  // Stopping a node touches the machine's network, so only when there is one.
  const stopped = await stopControlPlane(controlPlaneFolder) + (existsSync(nodeFolder) && !tests ? await stopNode(nodeFolder) : 0);
  print(stopped > 0 ? 'stopped; nothing of it is left' : 'nothing was running');
}

/** `kubectl` of the same version comes first on PATH: the machine may have none, or an old one. */
function tellHowToUse(folder) {
  const [file, name] = programs(env).kubectl ?? [];
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  if (name && !existsSync(join(bin, 'kubectl'))) symlinkSync(file, join(bin, 'kubectl'));
  print(`export KUBECONFIG=${kubeconfigOf(folder)}${name ? ` PATH=${bin}:$PATH` : ''}`);
}
