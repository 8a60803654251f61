import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adapterFor, agentTypes } from '../agent/agent-registry.ts';
import { CONTAINER_PATHS, type Env } from '../agent/layout.ts';
import { type Clock, systemClock } from '../kube/clock.ts';
import type { ImageSource, ProgramImage } from './images.ts';
import { type InstallOptions, installNpmProgram } from './npm-program.ts';

export interface AgentImagesOptions {
  /** Where `PATH`, `HOME`, `XDG_CACHE_HOME`, npm's own settings, and `TASKWRIGHT_ISOLATED` (this machine is a sandbox) are read from. */
  readonly env: Env;
  readonly clock?: Clock;
}

/**
 * The agent images on a machine without images: the same program, run by this Node, and the agents' own programs from npm.
 *
 * An agent is installed the first time a Pod asks for it, into the user's cache directory, where later runs find it.
 */
export function agentImages({ env, clock = systemClock }: AgentImagesOptions): Record<string, ImageSource> {
  const source = (type: string): ImageSource => async ({ progress }) => {
    const directory = await installAgent(type, { env, clock, progress });
    const tools = await agentTools(env);
    return { ...tools, path: [join(directory, 'node_modules', '.bin'), ...tools.path!], hostPaths: [...tools.hostPaths!, directory] };
  };
  return {
    'ghcr.io/taskwright/agent-tools': () => agentTools(env),
    ...Object.fromEntries(agentTypes().flatMap((type) => REGISTRIES.map((registry) => [`${registry}/${type}`, source(type)]))),
  };
}

/** Images of the reference are played by ours: they keep the same contract. */
const REGISTRIES = ['ghcr.io/taskwright', 'ghcr.io/kelos-dev'];

/** Installs an agent's own program from npm unless it is there, and returns where. */
export async function installAgent(type: string, options: Omit<InstallOptions, 'cacheDir'>): Promise<string> {
  const { title, program } = await adapterFor(type);
  if (program === undefined) throw new Error(`${title} is not on npm, where agents of this machine come from; use another agent here, or run it in a cluster`);
  return await installNpmProgram(program, { ...options, cacheDir: agentCacheDir(options.env) });
}

/** Where agents and what belongs to them are kept between runs. */
export function agentCacheDir({ XDG_CACHE_HOME: cacheHome, HOME: home = '/' }: Env): string {
  return join(cacheHome || join(home, '.cache'), 'taskwright', 'agents');
}

/** The agent program as `/taskwright/agent`, and as the entry point of agents. */
async function agentTools(env: Env): Promise<ProgramImage> {
  const here = fileURLToPath(import.meta.url);
  const program = join(dirname(here), '..', 'agent', `main${extname(here)}`);
  const packageDir = join(dirname(here), '..', '..');
  const node = `exec ${quoted(process.execPath)} --conditions=taskwright-source ${quoted(program)}`;
  const npm = await npmOn(env.PATH);
  return {
    files: {
      '/taskwright/agent': await script(`${node} "$@"`, env),
      '/kelos_entrypoint.sh': await script(`${node} run "$@"`, env),
    },
    path: [dirname(process.execPath), ...npm.path],
    hostPaths: [packageDir, dependencies(), ...npm.hostPaths],
    // Mount paths in variables are mapped where the file system of the container is not real, so the program is told all of them.
    env: { ...CONTAINER_PATHS, ...(env.TASKWRIGHT_ISOLATED && { TASKWRIGHT_ISOLATED: env.TASKWRIGHT_ISOLATED }) },
  };
}

/** The directory that holds what the program imports, wherever npm has put it. */
function dependencies(): string {
  const zod = createRequire(import.meta.url).resolve('zod');
  return zod.slice(0, zod.lastIndexOf(`${sep}node_modules${sep}`)) + `${sep}node_modules`;
}

/** Skills are installed by npx, and agents build with npm. Both are links out of the directory on `PATH`, often below the user's home. */
async function npmOn(searchPath = ''): Promise<{ path: string[]; hostPaths: string[] }> {
  const directory = searchPath.split(delimiter).find((candidate) => existsSync(join(candidate, 'npx')));
  if (directory === undefined) return { path: [], hostPaths: [] };
  return { path: [directory], hostPaths: [dirname(dirname(await realpath(join(directory, 'npx'))))] };
}

/** A script in the cache, named after what it says: other checkouts and other versions of Node have theirs. */
async function script(line: string, env: Env): Promise<string> {
  const text = `#!/bin/sh\n${line}\n`;
  const directory = join(agentCacheDir(env), 'scripts');
  const path = join(directory, createHash('sha256').update(text).digest('hex').slice(0, 16));
  if (existsSync(path)) return path;
  await mkdir(directory, { recursive: true });
  const beside = await mkdtemp(`${path}.`);
  await writeFile(join(beside, 'script'), text, { mode: 0o755 });
  await rename(join(beside, 'script'), path);
  await rm(beside, { recursive: true });
  return path;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
