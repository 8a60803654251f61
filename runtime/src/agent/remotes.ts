import type { Git } from './git.ts';
import { StepError } from './step-error.ts';

export interface Remote {
  readonly name: string;
  readonly url: string;
}

/** Gives each remote its URL, whether it is there or not. Nothing is fetched. */
export async function setRemotes(git: Git, remotes: readonly Remote[], repoDir: string): Promise<void> {
  for (const { name, url } of remotes) {
    // Git takes the name, and then reads it as an option wherever somebody types it.
    if (name.startsWith('-')) throw new StepError(`remote ${JSON.stringify(name)} failed: a name cannot begin with a dash`);
    const existing = await git.try(['config', '--local', '--get-all', `remote.${name}.url`], repoDir);
    const verb = existing.code === 0 ? ['set-url'] : ['add'];
    await git.local(`remote ${JSON.stringify(name)}`, ['remote', ...verb, '--', name, url], repoDir);
  }
}
