import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { startGitServer } from '@taskwright/runtime/testing';
import { CommandError } from './io.ts';

const execute = promisify(execFile);

/** Clones of this machine that agents see in the place of the repositories their program names. */
export interface LocalRepositories {
  /** Repository URL of the program → bare repository that agents really clone from and push to. */
  readonly folders: ReadonlyMap<string, string>;
  /** Makes git use them; for the environment of the agents. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Clones each source into `folder` and serves the clones over HTTP on loopback, as a git host would.
 *
 * git itself replaces the URL (`url.<base>.insteadOf`), so that everything an agent reads still shows the program's.
 */
export async function serveLocalRepositories(sources: Readonly<Record<string, string>>, folder: string): Promise<LocalRepositories> {
  const folders = new Map<string, string>();
  for (const [url, source] of Object.entries(sources)) {
    const bare = join(folder, repositoryName(url, folders.size));
    if (!existsSync(bare)) await cloneBare(source, bare, url);
    folders.set(url, bare);
  }
  const server = folders.size > 0 ? await startGitServer({ root: folder }) : undefined;
  const replacements = [...folders].map(([url, bare]): [string, string] => [`url.${server?.url}/${basename(bare)}.insteadOf`, url]);
  return {
    folders,
    env: gitConfigEnvironment(replacements),
    close: async () => server?.close(),
  };
}

async function cloneBare(source: string, bare: string, url: string): Promise<void> {
  try {
    await execute('git', ['clone', '--quiet', '--bare', '--', source, bare]);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new CommandError('cannot start git; install it, agents need it too', { cause });
    throw new CommandError(`repositories: ${url} stands for "${source}", which git cannot clone; name a folder that is a git repository`, { cause });
  }
}

/** The last part of the URL, made unique. */
function repositoryName(url: string, index: number): string {
  const name = url.replace(/\/+$/, '').replace(/\.git$/, '').split(/[/:]/).at(-1)!.replaceAll(/[^\w.-]/g, '-');
  return index === 0 ? `${name}.git` : `${name}-${index}.git`;
}

/** git reads configuration from numbered variables (git-config(1), GIT_CONFIG_COUNT). */
function gitConfigEnvironment(settings: readonly (readonly [key: string, value: string])[]): Record<string, string> {
  if (settings.length === 0) return {};
  const numbered = settings.flatMap(([key, value], index) => [[`GIT_CONFIG_KEY_${index}`, key], [`GIT_CONFIG_VALUE_${index}`, value]]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(numbered) };
}
