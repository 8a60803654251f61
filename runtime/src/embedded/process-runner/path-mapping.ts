import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findExecutable } from './executable.ts';
import { allMounts, type ContainerProgram, type Isolation, type Launch, withoutInit } from './isolation.ts';
import { hostPathOf, type Mount } from './mounts.ts';
import { signalGroup } from './process-group.ts';

/** Where programs are found on a machine nobody asked: a Mac with Homebrew included. */
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

/**
 * Runs a container as an ordinary process, for machines without a sandbox. The paths at which its mounts would be are
 * replaced by the directories that stand for them: in variables, arguments, command and working directory.
 */
export const pathMapping: Isolation = {
  kind: 'path-mapping',
  says: 'none: agents are processes with your rights, and reach your files, processes and network; only HOME, temporary directory and variables are their own',
  defaults: ({ homeDirectory, temporaryDirectory }) => ({ PATH: SEARCH_PATH, HOME: homeDirectory, TMPDIR: temporaryDirectory }),
  launch,
  terminate: (pid) => signalGroup(pid, 'SIGTERM'),
  kill: (pid) => signalGroup(pid, 'SIGKILL'),
};

function launch(program: ContainerProgram): Launch {
  const { image, workingDir, homeDirectory } = program;
  const mounts = allMounts(program);
  const map = pathMapper(mounts);
  const env = Object.fromEntries([...program.env].map(([name, value]) => [name, map(value)]));
  const [name, ...args] = withoutInit(program.command, mounts).map(map) as [string, ...string[]];
  const searchPath = [...(image.path ?? []), env.PATH].join(':');
  const cwd = workingDirectory(workingDir, homeDirectory, mounts);
  // A runtime makes the working directory when the image lacks it.
  mkdirSync(cwd, { recursive: true });
  const file = findExecutable(name, searchPath, (path) => (path.startsWith('/') ? path : join(cwd, path)));
  return { file, args, env: { ...env, PATH: searchPath }, cwd };
}

function workingDirectory(workingDir: string | undefined, homeDirectory: string, mounts: readonly Mount[]): string {
  if (workingDir === undefined) return homeDirectory;
  return hostPathOf(workingDir, mounts) ?? join(homeDirectory, 'root', workingDir);
}

/**
 * Replaces the paths of mounts in a text, the longest first, wherever one stands as whole path segments: in `/workspace/repo`,
 * `A=/workspace:/bin` and `cd /workspace && ls`, but not in `/workspaces`, `/my/workspace` or `https://host/workspace`.
 */
export function pathMapper(mounts: readonly Mount[]): (text: string) => string {
  const hostPaths = new Map(mounts.map(({ containerPath, hostPath }) => [containerPath, hostPath]));
  if (hostPaths.size === 0) return (text) => text;
  const longestFirst = [...hostPaths.keys()].sort((a, b) => b.length - a.length).map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w./-])(?:${longestFirst.join('|')})(?![\\w-]|\\.\\w)`, 'g');
  return (text) => text.replace(pattern, (path) => hostPaths.get(path)!);
}
