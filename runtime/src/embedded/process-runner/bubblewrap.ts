import { execFile } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findExecutable } from './executable.ts';
import { allMounts, type ContainerProgram, type Isolation, type Launch, withoutInit } from './isolation.ts';
import { hostPathOf, type Mount } from './mounts.ts';
import { childrenOf, signalGroup, signalProcess } from './process-group.ts';

const HOME = '/home/agent';
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What programs need of this machine's system. Homes, `/run`, `/var` and the rest of `/etc`, where secrets are, stay out. */
const SYSTEM_DIRECTORIES = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store'];
const SYSTEM_SETTINGS = [
  'alternatives', 'ca-certificates', 'ca-certificates.conf', 'crypto-policies', 'debian_version', 'gai.conf', 'gitconfig', 'host.conf', 'hosts', 'java',
  'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'locale.alias', 'localtime', 'login.defs', 'magic', 'mime.types', 'nsswitch.conf', 'os-release', 'pki',
  'protocols', 'python3', 'resolv.conf', 'services', 'shells', 'ssl', 'terminfo',
].map((name) => `/etc/${name}`);

const PROBE_TIMEOUT_MS = 5_000;

/**
 * Everything a container shares with nobody; the network is that of the machine, since agents reach their endpoints there.
 *
 * bwrap leaves root all capabilities inside the sandbox, and with them what is bound read-only can be bound anew, to be written.
 */
const NAMESPACES = [
  '--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--die-with-parent', '--new-session', '--cap-drop', 'ALL',
];

/** Runs a container in a file system of its own, as bubblewrap makes it: without root, without a daemon. */
const bubblewrap: Isolation = {
  kind: 'bubblewrap',
  says: 'bubblewrap: agents have their own files, processes and user, and see /usr read-only; they share network and kernel, memory and CPU are not limited',
  // Some agents refuse to work unattended as root unless they are told that they are kept apart.
  defaults: () => ({ PATH: SEARCH_PATH, HOME, TMPDIR: '/tmp', TASKWRIGHT_ISOLATED: '1' }),
  launch,
  terminate: (pid) => {
    // The first process of the sandbox leads the group of the command, and as the first of its namespace it ignores the signal itself:
    // before it has started the command nobody would hear it, and the container would run until its grace period is over.
    const first = childrenOf(pid)[0];
    if (first !== undefined && childrenOf(first).length > 0) return signalGroup(first, 'SIGTERM');
    signalGroup(pid, 'SIGTERM');
    if (first !== undefined) signalProcess(first, 'SIGKILL');
  },
  kill: (pid) => {
    // It dies with bwrap only once it has asked the kernel for that, which is one of the last things in the making of the sandbox.
    for (const first of childrenOf(pid)) signalProcess(first, 'SIGKILL');
    signalGroup(pid, 'SIGKILL');
  },
};

/** Whether a sandbox can be made here: found out by making one. */
export async function probeBubblewrap(): Promise<{ isolation: Isolation } | { reason: string }> {
  if (process.platform !== 'linux') return { reason: `it needs Linux, this is ${process.platform}` };
  const args = [...NAMESPACES, '--uid', '61100', '--gid', '61100', ...systemBinds(), ...processes(), '--dev', '/dev', '--', 'true'];
  try {
    await promisify(execFile)('bwrap', args, { timeout: PROBE_TIMEOUT_MS, env: { PATH: SEARCH_PATH } });
    return { isolation: bubblewrap };
  } catch (error) {
    const { code, stderr = '' } = error as { code?: string | number; stderr?: string };
    return { reason: code === 'ENOENT' ? 'the program bwrap is not installed' : `bwrap says: ${stderr.trim() || `exit code ${code}`}` };
  }
}

function launch(program: ContainerProgram): Launch {
  const { image, hostname, user = process.getuid!(), group = user, workingDir = HOME, homeDirectory, temporaryDirectory } = program;
  const mounts = allMounts(program);
  const shared = [...new Set([...(image.path ?? []), ...(image.hostPaths ?? [])])].filter((path) => !isSystem(path) && existsSync(path));
  const env = Object.fromEntries(program.env);
  env.PATH = [...(image.path ?? []), env.PATH].join(':');

  const { reachable, moved } = placeable(mounts);
  const command = withoutInit(program.command, mounts).map((word) => moved.get(word) ?? word) as [string, ...string[]];
  const home: Mount = { containerPath: HOME, hostPath: homeDirectory, readOnly: false };
  const temporary: Mount = { containerPath: '/tmp', hostPath: temporaryDirectory, readOnly: false };
  const visible = [home, temporary, ...shared.map((path) => ({ containerPath: path, hostPath: path, readOnly: true })), ...reachable];
  const toHost = (path: string) => {
    const absolute = path.startsWith('/') ? path : join(workingDir, path);
    return hostPathOf(absolute, visible) ?? (isSystem(absolute) ? absolute : undefined);
  };
  // A runtime makes the working directory when the image lacks it.
  const inDirectory = toHost(workingDir);
  if (inDirectory !== undefined && !isSystem(inDirectory)) mkdirSync(inDirectory, { recursive: true });
  command[0] = findExecutable(command[0], env.PATH, toHost);

  const args = [
    ...NAMESPACES, '--uid', String(user), '--gid', String(group), '--hostname', hostname,
    ...systemBinds(), ...SYSTEM_SETTINGS.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
    ...accounts(homeDirectory, user, group),
    ...processes(), '--dev', '/dev', '--dir', '/run', '--dir', '/var', '--symlink', '/tmp', '/var/tmp',
    ...visible.flatMap(({ containerPath, hostPath, readOnly }) => [readOnly ? '--ro-bind' : '--bind', hostPath, containerPath]),
    ...(inDirectory === undefined ? ['--dir', workingDir] : []), '--chdir', workingDir,
    '--', ...command,
  ];
  return { file: 'bwrap', args, env, cwd: '/' };
}

/**
 * The settings of the kernel belong to the root of the machine, whatever the user is called in here: where that is who started the engine, an
 * agent could name the program that the kernel runs, as root and outside, when a process crashes.
 */
function processes(): string[] {
  return ['--proc', '/proc', ...(process.getuid!() === 0 ? ['--ro-bind', '/proc/sys', '/proc/sys'] : [])];
}

/** `/bin` and its like are links into `/usr` on most systems, and stay links. */
function systemBinds(): string[] {
  return SYSTEM_DIRECTORIES.filter((path) => existsSync(path)).flatMap((path) =>
    lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path],
  );
}

function isSystem(path: string): boolean {
  return SYSTEM_DIRECTORIES.some((directory) => path === directory || path.startsWith(`${directory}/`));
}

/** A file over the machine's read-only system can be put there only where one is already; others move aside, and commands that name them follow. */
function placeable(mounts: readonly Mount[]): { reachable: Mount[]; moved: Map<string, string> } {
  const moved = new Map<string, string>();
  const reachable = mounts.map((mount) => {
    if (!isSystem(mount.containerPath) || existsSync(mount.containerPath)) return mount;
    const aside = `/run/image${mount.containerPath}`;
    moved.set(mount.containerPath, aside);
    return { ...mount, containerPath: aside };
  });
  return { reachable, moved };
}

/** Programs ask who they are: an id without an account makes some of them fail. */
function accounts(directory: string, user: number, group: number): string[] {
  const passwd = join(directory, '..', 'passwd');
  const groups = join(directory, '..', 'group');
  const name = user === 0 ? 'root' : 'agent';
  writeFileSync(passwd, `${name}:x:${user}:${group}::${HOME}:/bin/sh\n`);
  writeFileSync(groups, `${name}:x:${group}:\n`);
  return ['--ro-bind', passwd, '/etc/passwd', '--ro-bind', groups, '/etc/group'];
}
