/**
 * Kubernetes' own programs, for tests: built once from the published Go module (`test/cluster`) into the user's cache, outside the
 * tree, so that every clone finds them.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SetupError, root } from '../bootstrap.mjs';

const module = join(root, 'test/cluster');
const REPORT_EVERY_MS = 15_000;

/** What a control plane is made of. */
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
/** What a node has besides; the binary that is built here has it always, a folder of ready programs may. */
const KUBELET = 'kubelet';

/**
 * How each program is started: `{ commands: { etcd: [file, ...args], … } }`, or `{ missing: why and what to do }`.
 *
 * `KUBE_BIN` names a folder with ready ones; etcd may then come from PATH.
 */
export function findPrograms(env) {
  if (env.KUBE_BIN) return readyPrograms(env);
  const { binary, stamp } = places(env);
  const missing = (what) => ({ missing: `${what}; npm run cluster:build makes it, about 10 minutes the first time` });
  if (process.platform !== 'linux') return { missing: 'a real control plane runs on Linux only' };
  if (!existsSync(binary)) return missing(`Kubernetes ${version()} is not built on this machine yet`);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hashOfSources()) return missing('test/cluster has changed since Kubernetes was built');
  return { commands: Object.fromEntries([...PROGRAMS, KUBELET].map((name) => [name, [binary, name]])) };
}

/** Builds what {@link findPrograms} looks for, unless it is there, and tells `print` how far it is. */
export async function buildPrograms(env, print) {
  const { folder, binary, stamp } = places(env);
  if (findPrograms({ ...env, KUBE_BIN: undefined }).commands) return print(`Kubernetes ${version()} is there: ${binary}`);
  const { status, error } = spawnSync('go', ['version'], { stdio: 'ignore' });
  if (error || status !== 0) throw new SetupError('cannot build Kubernetes: there is no go on PATH; install Go 1.26 or newer (https://go.dev/dl), or set KUBE_BIN to a folder with ready programs');

  const sources = hashOfSources();
  mkdirSync(folder, { recursive: true });
  // Beside its place, so that the rename at the end is one step: a half-built binary is never found.
  const partial = `${binary}.${process.pid}`;
  print(`building Kubernetes ${version()} from its Go module: about 10 minutes on 2 cores the first time, 1.5 GB of Go's cache`);
  try {
    await goBuild(env, partial, print);
    rmSync(stamp, { force: true });
    renameSync(partial, binary);
    writeFileSync(stamp, sources);
  } finally {
    rmSync(partial, { force: true });
  }
  print(`built ${binary} (${Math.round(statSync(binary).size / 2 ** 20)} MB)`);
}

/** `-v` prints a line for each package that was compiled: the only progress that Go tells. */
async function goBuild(env, output, print) {
  const tag = `v${version()}`;
  const [major, minor] = version().split('.');
  const facts = { 'k8s.io/component-base/version.gitVersion': tag, 'k8s.io/component-base/version.gitMajor': major, 'k8s.io/component-base/version.gitMinor': minor, 'k8s.io/client-go/pkg/version.gitVersion': tag };
  const linkerFlags = ['-s', '-w', ...Object.entries(facts).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
  const child = spawn('go', ['build', '-v', '-trimpath', '-ldflags', linkerFlags, '-o', output, '.'], {
    cwd: module, env: { ...env, CGO_ENABLED: '0' }, stdio: ['ignore', 'ignore', 'pipe'],
  });
  let packages = 0;
  let tail = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    packages += text.split('\n').length - 1;
    tail = (tail + text).slice(-4_000);
  });
  const started = performance.now();
  const report = setInterval(() => print(`  ${Math.round((performance.now() - started) / 1000)} s: ${packages} packages compiled or downloaded, of about 2,300`), REPORT_EVERY_MS);
  try {
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== 0) throw new SetupError(`go build in test/cluster failed with exit code ${code}:\n${tail.trim()}`);
  } finally {
    clearInterval(report);
  }
}

function readyPrograms(env) {
  const commands = {};
  for (const name of PROGRAMS) {
    const folders = [env.KUBE_BIN, ...(name === 'etcd' ? (env.PATH ?? '').split(':') : [])];
    const file = folders.map((folder) => join(folder, name)).find(existsSync);
    if (!file) return { missing: name === 'etcd' ? `there is no etcd in KUBE_BIN (${env.KUBE_BIN}) or on PATH; install etcd 3.5 or newer` : `KUBE_BIN (${env.KUBE_BIN}) has no ${name}; it must hold ${PROGRAMS.slice(1).join(', ')}` };
    commands[name] = [file];
  }
  const kubelet = join(env.KUBE_BIN, KUBELET);
  if (existsSync(kubelet)) commands[KUBELET] = [kubelet];
  return { commands };
}

function places(env) {
  const folder = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'taskwright', `kubernetes-${version()}`);
  return { folder, binary: join(folder, 'kubernetes'), stamp: join(folder, 'kubernetes.sha256') };
}

function version() {
  return /k8s\.io\/kubernetes v(\S+)/.exec(readFileSync(join(module, 'go.mod'), 'utf8'))[1];
}

function hashOfSources() {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(file).update('\0').update(readFileSync(join(module, file))).update('\0');
  return hash.digest('hex');
}
