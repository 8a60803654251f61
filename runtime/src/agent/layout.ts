import { join } from 'node:path';

/** Environment variables as a process gets them. Only `main.ts` reads the real ones. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Every path the program uses, by the variable that overrides it, with the path it has in a container.
 *
 * Where the container's file system is not real (processes on a laptop), whoever starts the program sets all of these:
 * nothing else in it is an absolute path.
 */
export const CONTAINER_PATHS = {
  /** The volume that both containers share: the clone is in `repo`, results and the agent's events are beside it, where no `git add` finds them. */
  TASKWRIGHT_WORKSPACE_DIR: '/workspace',
  /** Plugins as the ConfigMap volume presents them. */
  TASKWRIGHT_PLUGIN_SOURCE_DIR: '/kelos-plugin-src',
  /** Plugins and skills as the agent reads them. */
  KELOS_PLUGIN_DIR: '/kelos/plugin',
  /** Where the kubelet reads the container's last word. */
  TASKWRIGHT_RESULT_FILE: '/dev/termination-log',
} as const;

export interface Layout {
  readonly workspaceDir: string;
  readonly repoDir: string;
  readonly pluginSourceDir: string;
  readonly pluginDir: string;
  /** Where mirrors of repositories are kept for the next Tasks. Left out: nowhere. */
  readonly cloneCacheDir?: string;
  readonly terminationFile: string;
  /** The whole result, without the limits of the termination message. */
  readonly resultFile: string;
  /** What the agent printed, line by line, without secrets. */
  readonly eventsFile: string;
  /** Says that `prepare` made the clone that is there, so that a second run may replace it. */
  readonly preparedFile: string;
}

export function layoutOf(env: Env): Layout {
  const pathOf = (name: keyof typeof CONTAINER_PATHS) => env[name] || CONTAINER_PATHS[name];
  const workspaceDir = pathOf('TASKWRIGHT_WORKSPACE_DIR');
  return {
    workspaceDir,
    repoDir: join(workspaceDir, 'repo'),
    pluginSourceDir: pathOf('TASKWRIGHT_PLUGIN_SOURCE_DIR'),
    pluginDir: pathOf('KELOS_PLUGIN_DIR'),
    ...(env.TASKWRIGHT_CLONE_CACHE_DIR && { cloneCacheDir: env.TASKWRIGHT_CLONE_CACHE_DIR }),
    terminationFile: pathOf('TASKWRIGHT_RESULT_FILE'),
    resultFile: join(workspaceDir, '.taskwright-result.json'),
    eventsFile: join(workspaceDir, '.taskwright-agent.jsonl'),
    preparedFile: join(workspaceDir, '.taskwright-prepared'),
  };
}
