import type { TaskSpawnerSpec, Workspace } from '@taskwright/schema';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { GitHubServer } from '../../src/testing/github-server.ts';
import { aSourceContext } from './a-source-context.ts';

export const API = 'https://ghe.acme.test/api/v3';

export function aWorkspace(repo = 'https://ghe.acme.test/acme/shop.git'): Workspace {
  return { metadata: { name: 'shop', namespace: 'shop' }, spec: { repo, secretRef: { name: 'bot' } } };
}

/** A GitHub Enterprise Server with the repository acme/shop, and what a source is given for a spawner that watches it. */
export function aWatchedGitHub(when: TaskSpawnerSpec['when'], { prompt, workspace = aWorkspace(), apiUrl = API }: { prompt?: string; workspace?: Workspace; apiUrl?: string } = {}) {
  const clock = new VirtualClock();
  const server = new GitHubServer({ clock, apiUrl });
  server.addToken('ghp_secret', 'bot');
  const context = aSourceContext({ when, fetch: server.fetch, clock, workspace, prompt, secrets: { bot: { GITHUB_TOKEN: 'ghp_secret' } } });
  return { clock, server, context, shop: server.repository('acme/shop') };
}

/** `<path> <status>` of every request, without the root. */
export function asked(server: GitHubServer): string[] {
  return server.requests.map(({ path, status }) => `${decodeURIComponent(path)} ${status}`);
}

