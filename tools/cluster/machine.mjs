/** What a machine must have and allow for a node, and the Debian packages that it comes in. */
import { spawnSync } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetupError } from '../setup-error.mjs';

/** Programs that run, or are put into images, and the package of each. */
const PROGRAMS = {
  containerd: 'containerd', ctr: 'containerd', runc: 'runc', iptables: 'iptables', ip: 'iproute2', mount: 'mount', sysctl: 'procps', ps: 'procps',
  busybox: 'busybox-static', tini: 'tini', git: 'git',
};
const PLUGIN_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin'];
/** Images as archive, as layers and unpacked, and what Pods write. */
const NEEDS_BYTES = 4e9;
const ANSWERS_WITHIN_MS = 30_000;
const INSTALLED_WITHIN_MS = 10 * 60_000;

/** What only trying tells, since a container may forbid any of it to its root. Nothing stays behind. */
const TRIALS = {
  'make a bridge': 'ip link delete taskwright-try 2>/dev/null || true; ip link add taskwright-try type bridge; ip link delete taskwright-try',
  'translate addresses': 'iptables -t nat -S PREROUTING >/dev/null',
  'mount an overlay': 'cd "$(mktemp -d)"; mkdir lower upper work all; trap \'umount all 2>/dev/null; cd /; rm -rf "$OLDPWD"\' EXIT; mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work all',
  'make a control group': 'cd /sys/fs/cgroup; [ -e cgroup.controllers ] || cd memory; rmdir taskwright-try 2>/dev/null || true; mkdir taskwright-try; rmdir taskwright-try',
};

/** Why no node can be started here, with what to do; nothing when one can. */
export function whyNoNode() {
  if (process.platform !== 'linux') return 'a node runs on Linux only';
  if (process.getuid() !== 0) return 'a node needs root: containers, a bridge and a rule for it';
  const missing = missingPackages();
  if (missing.length > 0) return `this machine lacks what a node needs; npm run cluster:setup installs it from Debian: ${missing.join(' ')}`;
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < NEEDS_BYTES) return `a node needs ${NEEDS_BYTES / 1e9} GB in ${tmpdir()}, which has ${(bavail * bsize / 1e9).toFixed(1)}; free some, or name another folder in TMPDIR`;
  for (const [what, script] of Object.entries(TRIALS)) {
    const { status, stderr, error } = spawnSync('sh', ['-ec', script], { encoding: 'utf8', timeout: ANSWERS_WITHIN_MS });
    if (error || status !== 0) return `root may not ${what} here: ${error?.message ?? stderr.trim()}; run it on a machine, or in a container with --privileged`;
  }
  return undefined;
}

/** Installs what {@link whyNoNode} misses, by apt-get, which says what it does. */
export function installPackages(print) {
  const missing = missingPackages();
  if (missing.length === 0) return print('every package that a node needs is installed');
  const install = ['install', '--yes', '--no-install-recommends', ...missing];
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).error) throw new SetupError(`there is no apt-get here: install what these packages of Debian hold: ${missing.join(' ')}`);
  if (process.getuid() !== 0) throw new SetupError(`only root can install packages; run: sudo sh -c 'apt-get update && apt-get ${install.join(' ')}'`);
  for (const args of [['update'], install]) {
    print(`apt-get ${args.join(' ')}`);
    const { status, error } = spawnSync('apt-get', ['--quiet', ...args], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: INSTALLED_WITHIN_MS });
    if (error || status !== 0) throw new SetupError(`apt-get ${args[0]} failed: ${error?.message ?? `exit code ${status}`}; its message is above`);
  }
  const stillMissing = missingPackages();
  if (stillMissing.length > 0) throw new SetupError(`these are installed, and what a node needs of them is not on PATH: ${stillMissing.join(' ')}; is /usr/sbin on it?`);
}

/** The folder with the CNI plugins, if there is one. */
export function pluginFolder() {
  return PLUGIN_FOLDERS.find((folder) => existsSync(join(folder, 'bridge')) && existsSync(join(folder, 'host-local')));
}

function missingPackages() {
  const folders = (process.env.PATH ?? '').split(':');
  const missing = Object.entries(PROGRAMS).filter(([program]) => !folders.some((folder) => existsSync(join(folder, program)))).map(([, name]) => name);
  if (!pluginFolder()) missing.push('containernetworking-plugins');
  return [...new Set(missing)].sort();
}
