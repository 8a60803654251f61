/**
 * A real node for the control plane: containerd, runc and the kubelet, so that Pods are real containers. Linux, as root.
 *
 * Control plane, node and Pods meet on a bridge of their own. It does not masquerade: Pods reach each other and this machine, and nothing else.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '../setup-error.mjs';
import { freePorts, isRunning, startControlPlane, stopControlPlane } from './control-plane.mjs';
import { PAUSE_IMAGE } from './images.mjs';
import { pluginFolder } from './machine.mjs';

const BRIDGE = 'taskwright0';
const SUBNET = '10.88.17';
/** The bridge's own address: the API server, the node, and whatever a test serves to its Pods. */
export const HOST = `${SUBNET}.1`;
const SERVICES = '10.97.17';
const NODE_NAME = 'taskwright-node';
/** What the kubelet and the network plugins set for the whole machine. */
const KERNEL_SETTINGS = ['vm.overcommit_memory', 'vm.panic_on_oom', 'kernel.panic', 'kernel.panic_on_oops', 'kernel.keys.root_maxkeys', 'kernel.keys.root_maxbytes', 'net.ipv4.ip_forward'];
const SHIM_SOCKETS = '/run/containerd/s/';
const NETWORK_RESULTS = '/var/lib/cni/results';
const ENDS_WITHIN_MS = 10_000;
/** Of a program that sets something up: the longest is the import of the images, 3 s on an idle machine. */
const ANSWERS_WITHIN_MS = 180_000;

/**
 * Starts a control plane and its one node, gives it the images of `archive` (arguments of `tar -c`), and ends when a Pod ran there: about 25 s.
 *
 * Nothing but {@link stopNode} ends all of it; with `endWithParent` Kubernetes' own programs end with this one. What an earlier one left in `folder` is cleared away first.
 *
 * **Errors** {@link SetupError}; whatever was started is stopped.
 */
export async function startNode({ commands, folder, archive, endWithParent }) {
  for (const name of ['kubelet', 'kubectl']) if (!commands[name]) throw new SetupError(`no node: KUBE_BIN has no ${name}`);
  if (isRunning(folder)) throw new SetupError(`a node runs from ${folder} already, and there can be one at a time; npm run cluster:down ends it`);
  await stopNode(folder);
  try {
    connect();
    const controlPlane = await startControlPlane({ commands, folder, endWithParent, address: HOST, services: `${SERVICES}.0/24`, nodeName: NODE_NAME });
    // All that a Pod needs of Services is the API server's own, so no proxy runs.
    for (const rule of rules(controlPlane.port)) must('iptables', ['-t', 'nat', '-A', ...rule]);
    writeFileSync(join(folder, 'api-port'), String(controlPlane.port));
    if (endWithParent) writeFileSync(join(folder, 'tests'), String(process.pid));
    writeFileSync(join(folder, 'kernel-settings'), spawnSync('sysctl', KERNEL_SETTINGS, { encoding: 'utf8' }).stdout);
    await startContainerd(controlPlane, folder);
    must('sh', ['-c', 'tar -cf - "$@" | ctr -a "$0" -n k8s.io images import -', socketOf(folder), ...archive]);
    await startKubelet(controlPlane, folder);
    await runOnePod(controlPlane, commands.kubectl, folder);
    return controlPlane;
  } catch (error) {
    await stopNode(folder);
    throw error;
  }
}

/** The process whose tests run on the node of this folder and which ends it, if there is one: nobody else should. */
export function testsOn(folder) {
  const pid = contentOf(join(folder, 'tests'));
  // A process id may belong to somebody else by now.
  return pid !== '' && /tools\/(?:cluster|test)\.mjs/.test(contentOf(`/proc/${pid}/cmdline`)) ? pid : undefined;
}

/** Stops what {@link startNode} started and removes its containers, mounts, network, rules and files. Harmless when there is nothing. Returns how many programs it stopped. */
export async function stopNode(folder) {
  // The kubelet first: it would start again what is stopped.
  await end(processesWith(['kubelet', folder]));
  const shims = processesWith(['containerd-shim', `-address ${socketOf(folder)}`]);
  const sockets = shims.flatMap(socketsOfShim);
  await end(shims);
  for (const socket of sockets) rmSync(socket, { force: true });
  if (existsSync(join(folder, 'kubelet'))) await end(processesOfPods());
  await end(processesWith(['containerd', join(folder, 'containerd.toml')]));
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${folder}/`));
  for (const mount of mounts.sort().reverse()) spawnSync('umount', ['-l', mount]);
  if (existsSync(join(folder, 'kubelet'))) removeCgroups();
  removeNetworkResults();
  if (existsSync(join(folder, 'api-port'))) for (const rule of rules(readFileSync(join(folder, 'api-port'), 'utf8'))) spawnSync('iptables', ['-t', 'nat', '-D', ...rule]);
  if (existsSync(join(folder, 'kernel-settings'))) spawnSync('sysctl', ['-q', '-p', join(folder, 'kernel-settings')]);
  const stopped = await stopControlPlane(folder);
  spawnSync('ip', ['link', 'delete', BRIDGE]);
  return stopped;
}

function connect() {
  must('ip', ['link', 'add', BRIDGE, 'type', 'bridge']);
  must('ip', ['address', 'replace', `${HOST}/24`, 'dev', BRIDGE]);
  must('ip', ['link', 'set', BRIDGE, 'up']);
}

function rules(port) {
  return ['PREROUTING', 'OUTPUT'].map((chain) => [chain, '-d', `${SERVICES}.1/32`, '-p', 'tcp', '--dport', '443', '-j', 'DNAT', '--to-destination', `${HOST}:${port}`]);
}

async function startContainerd(controlPlane, folder) {
  const network = {
    cniVersion: '1.0.0', name: 'taskwright', plugins: [{
      type: 'bridge', bridge: BRIDGE, isGateway: true, ipMasq: false, hairpinMode: true,
      ipam: { type: 'host-local', dataDir: join(folder, 'addresses'), ranges: [[{ subnet: `${SUBNET}.0/24`, rangeStart: `${SUBNET}.10` }]], routes: [{ dst: '0.0.0.0/0' }] },
    }],
  };
  mkdirSync(join(folder, 'network'), { recursive: true });
  writeFileSync(join(folder, 'network/10-taskwright.conflist'), JSON.stringify(network));
  writeFileSync(join(folder, 'containerd.toml'), containerdConfig(folder));
  controlPlane.run('containerd', { config: join(folder, 'containerd.toml') });
  await controlPlane.until('containerd', async () => spawnSync('ctr', [...ctrOf(folder), 'version'], { timeout: 5_000 }).status === 0);
}

/** Debian 12 and 13 have containerd 1, whose sections are named otherwise than those of containerd 2. */
function containerdConfig(folder) {
  const isFirst = / v?1\./.test(spawnSync('containerd', ['--version'], { encoding: 'utf8' }).stdout);
  const [version, images, runtime, sandbox, plugins] = isFirst
    ? [2, 'io.containerd.grpc.v1.cri', 'io.containerd.grpc.v1.cri', `sandbox_image = "${PAUSE_IMAGE}"`, `bin_dir = "${pluginFolder()}"`]
    : [3, 'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime', `pinned_images = { sandbox = "${PAUSE_IMAGE}" }`, `bin_dirs = ["${pluginFolder()}"]`];
  // A machine whose root may not lower its OOM score cannot start a sandbox otherwise.
  const settings = ['netns_mounts_under_state_dir = true', 'restrict_oom_score_adj = true'];
  const sections = isFirst ? [[`plugins."${runtime}"`, [sandbox, ...settings]]] : [[`plugins."${images}"`, [sandbox]], [`plugins."${runtime}"`, settings]];
  return [
    `version = ${version}`, `root = "${folder}/containerd/root"`, `state = "${folder}/containerd/state"`,
    '[grpc]', `address = "${socketOf(folder)}"`,
    ...sections.flatMap(([name, lines]) => [`[${name}]`, ...lines]),
    `[plugins."${runtime}".cni]`, plugins, `conf_dir = "${folder}/network"`, '',
  ].join('\n');
}

async function startKubelet(controlPlane, folder) {
  const [port] = await freePorts(1, HOST);
  writeFileSync(join(folder, 'kubelet.json'), JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration',
    address: HOST, port, readOnlyPort: 0, healthzPort: 0,
    // Only this machine and the Pods under test reach it.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } }, authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${socketOf(folder)}`, podLogsDir: join(folder, 'pod-logs'), volumePluginDir: join(folder, 'volume-plugins'), resolvConf: '',
    cgroupDriver: 'cgroupfs', failCgroupV1: false, failSwapOn: false, enforceNodeAllocatable: [], makeIPTablesUtilChains: false,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' }, imageGCHighThresholdPercent: 100, imageGCLowThresholdPercent: 99,
  }));
  controlPlane.run('kubelet', {
    'config': join(folder, 'kubelet.json'), 'kubeconfig': join(folder, 'node.kubeconfig'), 'root-dir': join(folder, 'kubelet'), 'cert-dir': join(folder, 'kubelet-pki'),
    'hostname-override': NODE_NAME, 'node-ip': HOST,
  });
  await controlPlane.until('kubelet', async () => {
    const { status, body } = await controlPlane.ask(`/api/v1/nodes/${NODE_NAME}`);
    return status === 200 && JSON.parse(body).status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  });
}

/** A node that is Ready may still be refused a sandbox by its machine, and then no test can tell why. */
async function runOnePod(controlPlane, [file, ...first], folder) {
  const kubectl = (...args) => must(file, [...first, '--kubeconfig', controlPlane.kubeconfig, '--cache-dir', join(folder, 'kubectl'), ...args]);
  const name = 'the-first-pod';
  kubectl('run', name, '--image', PAUSE_IMAGE, '--image-pull-policy', 'Never', '--restart', 'Never');
  await controlPlane.until('kubelet', async () => JSON.parse((await controlPlane.ask(`/api/v1/namespaces/default/pods/${name}`)).body).status.phase === 'Running');
  kubectl('delete', 'pod', name, '--now', '--wait=false');
}

function socketOf(folder) {
  return join(folder, 'containerd.sock');
}

function ctrOf(folder) {
  return ['-a', socketOf(folder), '-n', 'k8s.io'];
}

/** The programs whose command line has all of these words. */
function processesWith(words) {
  return pids().filter((pid) => {
    const line = contentOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
    return words.every((word) => line.includes(word)) && Number(pid) !== process.pid;
  });
}

/** A shim that is killed leaves its socket, which is not in our folder. */
function socketsOfShim(pid) {
  const folder = `/proc/${pid}/fd`;
  const inodes = new Set((existsSync(folder) ? readdirSync(folder) : []).map((name) => /^socket:\[(\d+)\]$/.exec(linkOf(join(folder, name)))?.[1]));
  return contentOf('/proc/net/unix').split('\n').map((line) => line.trim().split(/\s+/)).filter(([,,,,,, inode, path]) => inodes.has(inode) && path?.startsWith(SHIM_SOCKETS)).map((fields) => fields.at(-1));
}

/** What the network plugins remember of each sandbox, elsewhere too: of ours by the network's name, of loopback by the sandbox's. */
function removeNetworkResults() {
  const names = existsSync(NETWORK_RESULTS) ? readdirSync(NETWORK_RESULTS) : [];
  const sandboxes = names.flatMap((name) => /^taskwright-(\w+)-eth0$/.exec(name)?.[1] ?? []);
  for (const name of names) if (sandboxes.some((sandbox) => name.includes(sandbox))) rmSync(join(NETWORK_RESULTS, name), { force: true });
}

/** Containers whose shim is gone. One kubelet at a time: `kubepods` is the name they all use. */
function processesOfPods() {
  return cgroupsOfPods().flatMap((group) => contentOf(join(group, 'cgroup.procs')).split('\n').filter(Boolean));
}

function cgroupsOfPods() {
  const hierarchies = readdirSync('/sys/fs/cgroup').map((name) => `/sys/fs/cgroup/${name}`);
  return ['/sys/fs/cgroup', ...hierarchies].map((folder) => join(folder, 'kubepods')).filter((folder) => existsSync(folder)).flatMap((folder) => [folder, ...foldersBelow(folder)]);
}

function foldersBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
}

/** The deepest have to go first, and one that is not empty yet stays. */
function removeCgroups() {
  for (const folder of cgroupsOfPods().sort().reverse()) {
    try {
      rmdirSync(folder);
    } catch {
      // Whose process is not reaped yet: an empty group costs nothing.
    }
  }
}

async function end(pidsToEnd) {
  const alive = (pid) => !['', 'Z', 'X'].includes(/^State:\s+(\S)/m.exec(contentOf(`/proc/${pid}/status`))?.[1] ?? '');
  for (const pid of pidsToEnd) if (alive(pid)) process.kill(Number(pid), 'SIGKILL');
  const startedAt = performance.now();
  while (pidsToEnd.some(alive) && performance.now() - startedAt < ENDS_WITHIN_MS) await sleep(20);
}

function pids() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function linkOf(file) {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

function contentOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function must(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: ANSWERS_WITHIN_MS });
  if (error || status !== 0) throw new SetupError(`the node does not start: ${command} ${args.join(' ')} failed: ${error?.message ?? `${stderr}${stdout}`.trim()}`);
  return stdout;
}
