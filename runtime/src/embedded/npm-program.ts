import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NpmProgram } from '../agent/adapter.ts';
import { runCommand } from '../agent/command.ts';
import type { Env } from '../agent/layout.ts';
import { oneLine } from '../agent/step-error.ts';
import { type Clock, sleep } from '../kube/clock.ts';

export interface InstallOptions {
  /** Holds one directory per program and version. */
  readonly cacheDir: string;
  readonly env: Env;
  readonly clock: Clock;
  readonly progress?: (line: string) => void;
  /** Gives up; nothing is left behind. */
  readonly signal?: AbortSignal;
}

const LONGEST_INSTALL_MS = 15 * 60_000;
const LONGEST_SCRIPT_MS = 60_000;
const LOCK_POLL_MS = 500;

/**
 * Installs a program from npm into the cache directory, once for all processes that share it, and returns where.
 *
 * **Guarantee:** the directory is there whole or not at all: it is filled beside its place and renamed, and two that come at the same
 * time do not both download. An installation whose process has died does not block the next one.
 *
 * **Errors:** what npm says, and how to get on.
 */
export async function installNpmProgram(program: NpmProgram, options: InstallOptions): Promise<string> {
  const place = join(options.cacheDir, `${program.package.split('/').at(-1)}-${program.version}`);
  if (existsSync(place)) return place;
  await mkdir(options.cacheDir, { recursive: true });
  const unlock = await lock(`${place}.lock`, options);
  try {
    if (!existsSync(place)) await install(program, place, options);
    return place;
  } finally {
    await unlock();
  }
}

async function install(program: NpmProgram, place: string, { env, clock, progress, signal }: InstallOptions): Promise<void> {
  const name = `${program.package}@${program.version}`;
  const startedAt = clock.elapsed();
  progress?.(`installing ${program.title} ${program.version} from npm, once (${program.size})`);
  const directory = await mkdtemp(`${place}.`);
  const must = async (file: string, args: string[], timeoutMs: number) => {
    const { code, stdout, stderr } = await runCommand(file, args, { cwd: directory, env, clock, timeoutMs, signal });
    signal?.throwIfAborted();
    if (code === 0) return stdout;
    throw new Error(`cannot install ${name}: ${reasonIn(stderr) || `${file} exited with code ${code}`}; it needs the npm registry once, later runs find it in ${place}`);
  };
  try {
    await writeFile(join(directory, 'package.json'), '{"private":true}\n');
    await must('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error', name], LONGEST_INSTALL_MS);
    if (program.installScript !== undefined) await must(process.execPath, [join('node_modules', program.package, program.installScript)], LONGEST_SCRIPT_MS);
    const version = await must(join(directory, 'node_modules', '.bin', program.command), ['--version'], LONGEST_SCRIPT_MS);
    if (!version.includes(program.version)) throw new Error(`cannot install ${name}: it says it is ${JSON.stringify(oneLine(version, 80))}`);
    await rename(directory, place);
    progress?.(`installed ${program.title} ${program.version} in ${Math.round((clock.elapsed() - startedAt) / 1000)} s`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function reasonIn(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim()).filter((line) => line !== '' && !line.startsWith('A complete log'));
  return oneLine(lines.find((line) => !/^(?:code|errno|syscall) /.test(line)) ?? '');
}

/** Takes a lock that is a file with the owner's process id, waiting for an owner that lives. */
async function lock(path: string, { clock, progress, signal }: InstallOptions): Promise<() => Promise<void>> {
  for (let waited = false; ; waited = true) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (owner > 0 && !isAlive(owner)) {
      await rm(path, { force: true });
      continue;
    }
    if (!waited) progress?.('waiting for another process that is installing the same');
    await sleep(clock, LOCK_POLL_MS, signal);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
