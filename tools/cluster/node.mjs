/**
 * A real node for the control plane: containerd, runc and the kubelet, so that Pods are real containers. Linux, as root.
 *
 * Control plane, node and Pods meet on a bridge of their own. It does not masquerade: Pods reach each other and this machine, and nothing else.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '../bootstrap.mjs';
import { freePorts, startControlPlane, stopControlPlane } from './control-plane.mjs';
import { PAUSE_IMAGE } from './images.mjs';

const BRIDGE = 'taskwright0';
const SUBNET = '10.88.17';
/** The bridge's own address: the API server, the node, and whatever a test serves to its Pods. */
export const HOST = `${SUBNET}.1`;
const SERVICES = '10.97.17';
const NODE_NAME = 'taskwright-node';
/** What the kubelet and the network plugins set for the whole machine. */
const KERNEL_SETTINGS = ['vm.overcommit_memory', 'vm.panic_on_oom', 'kernel.panic', 'kernel.panic_on_oops', 'kernel.keys.root_maxkeys', 'kernel.keys.root_maxbytes', 'net.ipv4.ip_forward'];
const PLUGIN_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin'];
const TOOLS = { containerd: 'containerd', ctr: 'containerd', runc: 'runc', iptables: 'iptables', busybox: 'busybox-static', tini: 'tini', git: 'git', ip: 'iproute2', kubectl: 'kubectl' };
const ENDS_WITHIN_MS = 10_000;

/** Why no node can be started here, with what to do; nothing when one can. */
export function whyNoNode() {
  if (process.platform !== 'linux') return 'a node runs on Linux only';
  if (process.getuid() !== 0) return 'a node needs root: containers, a bridge and a rule for it';
  const missing = Object.entries(TOOLS).filter(([tool]) => spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${tool}`]).status !== 0).map(([, name]) => name);
  if (!pluginFolder()) missing.push('containernetworking-plugins');
  if (missing.length > 0) return `this machine lacks what a node needs; apt-get install --no-install-recommends ${[...new Set(missing)].join(' ')}`;
  return undefined;
}

/** Starts a control plane and its one node and ends when the node takes Pods: about 20 s. Whatever was left in `folder` is cleared away first. */
export async function startNode({ commands, folder }) {
  if (!commands.kubelet) throw new SetupError('no node: KUBE_BIN has no kubelet');
  await stopNode(folder);
  connect();
  try {
    const controlPlane = await startControlPlane({ commands, folder, endWithParent: true, address: HOST, services: `${SERVICES}.0/24`, nodeName: NODE_NAME });
    // All that a Pod needs of Services is the API server's own, so no proxy runs.
    for (const rule of rules(controlPlane.port)) must('iptables', ['-t', 'nat', '-A', ...rule]);
    writeFileSync(join(folder, 'api-port'), String(controlPlane.port));
    writeFileSync(join(folder, 'kernel-settings'), spawnSync('sysctl', KERNEL_SETTINGS, { encoding: 'utf8' }).stdout);
    await startContainerd(controlPlane, folder);
    await startKubelet(controlPlane, folder);
    return { kubeconfig: controlPlane.kubeconfig, importImages: (archive) => must('ctr', [...ctrOf(folder), 'images', 'import', archive]) };
  } catch (error) {
    await stopNode(folder);
    throw error;
  }
}

/** Stops what {@link startNode} started and removes its containers, mounts, network, rules and files. Harmless when there is nothing. */
export async function stopNode(folder) {
  // The kubelet first: it would start again what is stopped.
  await end(processesWith(['kubelet', folder]));
  await end(processesWith(['containerd-shim', `-address ${socketOf(folder)}`]));
  if (existsSync(join(folder, 'kubelet'))) await end(processesOfPods());
  await end(processesWith(['containerd', join(folder, 'containerd.toml')]));
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${folder}/`));
  for (const mount of mounts.sort().reverse()) spawnSync('umount', ['-l', mount]);
  if (existsSync(join(folder, 'kubelet'))) removeCgroups();
  if (existsSync(join(folder, 'api-port'))) for (const rule of rules(readFileSync(join(folder, 'api-port'), 'utf8'))) spawnSync('iptables', ['-t', 'nat', '-D', ...rule]);
  if (existsSync(join(folder, 'kernel-settings'))) spawnSync('sysctl', ['-q', '-p', join(folder, 'kernel-settings')]);
  await stopControlPlane(folder);
  spawnSync('ip', ['link', 'delete', BRIDGE]);
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
    containerRuntimeEndpoint: `unix://${socketOf(folder)}`, podLogsDir: join(folder, 'pod-logs'), resolvConf: '',
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

function pluginFolder() {
  return PLUGIN_FOLDERS.find((folder) => existsSync(join(folder, 'bridge')) && existsSync(join(folder, 'host-local')));
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

function contentOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function must(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error || status !== 0) throw new SetupError(`the node does not start: ${command} ${args.join(' ')} failed: ${error?.message ?? `${stderr}${stdout}`.trim()}`);
  return stdout;
}
