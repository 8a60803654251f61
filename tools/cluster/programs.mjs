/**
 * Kubernetes' own programs, for tests: built once from the published Go module (`test/cluster`) into the user's cache, outside the
 * tree, so that every clone finds them.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../bootstrap.mjs';
import { BuildError, SetupError } from '../setup-error.mjs';

const module = join(root, 'test/cluster');
const REPORT_EVERY_MS = 15_000;
/** Four times what two idle cores and a near registry need. */
const BUILT_WITHIN_MS = 40 * 60_000;
/** What Go's caches and the binary take when nothing is there yet, and half as much again. */
const NEEDS_BYTES = 4.5e9;
/** A file of ours that does not compile, and a go.mod or go.sum that does not fit it. */
const REFUSED_BY_GO = /^\.\/\w+\.go:\d+|^go: (?:errors parsing go\.mod|updates to go\.mod needed)|missing go\.sum entry|no required module provides package|checksum mismatch|unknown revision/m;

/** What a control plane is made of. */
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
/** What a node has besides, and its user; the binary that is built here has them always, a folder of ready programs may. */
const OF_A_NODE = ['kubelet', 'kubectl'];

/**
 * How each program is started: `{ commands: { etcd: [file, ...args], … } }`, or `{ missing: why and what to do }`.
 *
 * `KUBE_BIN` names a folder with ready ones; etcd and kubectl may then come from PATH.
 */
export function findPrograms(env) {
  if (env.KUBE_BIN) return readyPrograms(env);
  const binary = placeOf(env);
  if (process.platform !== 'linux') return { missing: 'a real control plane runs on Linux only' };
  if (!existsSync(binary)) return { missing: `Kubernetes ${version()} is not built from this test/cluster yet; npm run cluster:build makes it, 6 to 10 minutes the first time` };
  return { commands: Object.fromEntries([...PROGRAMS, ...OF_A_NODE].map((name) => [name, [binary, name]])) };
}

/**
 * Builds what {@link findPrograms} looks for, unless it is there, and tells `print` how far it is.
 *
 * **Errors** {@link SetupError} with what the machine lacks, {@link BuildError} when Go refused what is in `test/cluster`.
 */
export async function buildPrograms(env, print) {
  const binary = placeOf(env);
  if (existsSync(binary)) return print(`Kubernetes ${version()} is there: ${binary}`);
  if (process.platform !== 'linux') throw new SetupError('cannot build Kubernetes: its node and its kubelet are Linux programs; run this on Linux');
  const { status, error } = spawnSync('go', ['version'], { stdio: 'ignore', timeout: 60_000 });
  if (error || status !== 0) throw new SetupError('cannot build Kubernetes: there is no go on PATH; install Go 1.26 or newer (https://go.dev/dl), or set KUBE_BIN to a folder with ready programs');
  mkdirSync(dirname(binary), { recursive: true });
  const { bavail, bsize } = statfsSync(dirname(binary));
  if (bavail * bsize < NEEDS_BYTES) throw new SetupError(`cannot build Kubernetes: ${dirname(binary)} has ${(bavail * bsize / 1e9).toFixed(1)} GB left, it takes up to ${NEEDS_BYTES / 1e9} GB; free some`);

  // Beside its place, so that the rename at the end is one step: a half-built binary is never found.
  const partial = `${binary}.${process.pid}`;
  print(`building Kubernetes ${version()} from its Go module: 6 to 10 minutes on 2 cores the first time, 4 GB of Go's caches`);
  try {
    await goBuild(env, partial, print);
    renameSync(partial, binary);
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
    cwd: module, env: { ...env, CGO_ENABLED: '0' }, stdio: ['ignore', 'ignore', 'pipe'], timeout: BUILT_WITHIN_MS,
  });
  let packages = 0;
  let tail = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    packages += text.split('\n').length - 1;
    tail = (tail + text).slice(-4_000);
  });
  const started = performance.now();
  const report = setInterval(() => print(`  ${Math.round((performance.now() - started) / 1000)} s: ${packages} packages compiled or downloaded, of about 3,000`), REPORT_EVERY_MS);
  try {
    const [code, signal] = await new Promise((resolve, reject) => child.on('error', reject).on('close', (...end) => resolve(end)));
    if (signal !== null) throw new SetupError(`go build in test/cluster was ended by ${signal} after ${Math.round((performance.now() - started) / 60_000)} minutes; it may take ${BUILT_WITHIN_MS / 60_000}`);
    if (code !== 0) throw failureOf(code, tail);
  } finally {
    clearInterval(report);
  }
}

/** What Go refused is ours, a registry that did not answer is not. */
export function failureOf(code, output) {
  const Kind = REFUSED_BY_GO.test(output) ? BuildError : SetupError;
  return new Kind(`go build in test/cluster failed with exit code ${code}:\n${output.trim()}`);
}

function readyPrograms(env) {
  const commands = {};
  for (const name of PROGRAMS) {
    const folders = [env.KUBE_BIN, ...(name === 'etcd' ? (env.PATH ?? '').split(':') : [])];
    const file = folders.map((folder) => join(folder, name)).find(existsSync);
    if (!file) return { missing: name === 'etcd' ? `there is no etcd in KUBE_BIN (${env.KUBE_BIN}) or on PATH; install etcd 3.5 or newer` : `KUBE_BIN (${env.KUBE_BIN}) has no ${name}; it must hold ${PROGRAMS.slice(1).join(', ')}` };
    commands[name] = [file];
  }
  for (const name of OF_A_NODE) {
    const folders = [env.KUBE_BIN, ...(name === 'kubectl' ? (env.PATH ?? '').split(':') : [])];
    const file = folders.map((folder) => join(folder, name)).find(existsSync);
    if (file) commands[name] = [file];
  }
  return { commands };
}

/** Named after its sources, so that clones with different ones do not take it from each other. */
function placeOf(env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'taskwright', `kubernetes-${version()}`, `kubernetes-${hashOfSources().slice(0, 12)}`);
}

function version() {
  return /k8s\.io\/kubernetes v(\S+)/.exec(readFileSync(join(module, 'go.mod'), 'utf8'))[1];
}

function hashOfSources() {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(file).update('\0').update(readFileSync(join(module, file))).update('\0');
  return hash.digest('hex');
}
