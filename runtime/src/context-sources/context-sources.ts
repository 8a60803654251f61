import type { Clock } from '../kube/clock.ts';
import { isGitHubApp } from '../workspaces/github-app.ts';
import { InstallationTokens } from '../workspaces/installation-tokens.ts';
import type { AllowedTargets } from './allowed-targets.ts';
import { ContextLook } from './context-look.ts';
import { ContextSourceError, type HttpContextSource, type RequestParts } from './context-request.ts';
import { OutboundClient } from './outbound-client.ts';
import { OutboundGuard, type ResolveName } from './outbound-guard.ts';

export interface ContextSourcesOptions {
  readonly clock: Clock;
  /** What may be reached beside the internet. */
  readonly allowed: AllowedTargets;
  /** Default: the name servers of the machine. */
  readonly resolve?: ResolveName;
  readonly onDefect?: (error: unknown) => void;
}

const PUBLIC_GITHUB = 'https://api.github.com';

/**
 * Texts that TaskSpawners fetch for their events. One for the process: connections and tokens of GitHub Apps are shared by all spawners.
 *
 * Whoever may write a TaskSpawner says what is fetched, and strangers write parts of it: {@link OutboundGuard} says what can be reached, tokens included.
 */
export class ContextSources {
  readonly #options: ContextSourcesOptions;
  readonly #guard: OutboundGuard;
  readonly #client: OutboundClient;
  readonly #tokens: InstallationTokens;

  constructor(options: ContextSourcesOptions) {
    this.#options = options;
    this.#guard = new OutboundGuard(options.allowed, options.resolve);
    this.#client = new OutboundClient(this.#guard);
    this.#tokens = new InstallationTokens({ clock: options.clock, fetch: this.#client.fetch, ...(options.onDefect && { onDefect: options.onDefect }) });
  }

  /** For the events of one look, or for one delivery: in it, what is asked for twice is fetched once. `readSecret` reads in the namespace of the spawner. */
  look(readSecret: RequestParts['readSecret'], signal: AbortSignal): ContextLook {
    return new ContextLook({
      clock: this.#options.clock,
      guard: this.#guard,
      client: this.#client,
      signal,
      readSecret,
      tokenFor: (auth) => this.#tokenFor(auth, readSecret, signal),
    });
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #tokenFor({ secretRef, apiBaseURL }: NonNullable<HttpContextSource['githubAppAuth']>, readSecret: RequestParts['readSecret'], signal: AbortSignal): Promise<string> {
    const app = await readSecret(secretRef.name);
    if (!app) throw new ContextSourceError(`there is no Secret "${secretRef.name}"; create it, or correct githubAppAuth`);
    if (!isGitHubApp(app)) throw new ContextSourceError(`Secret "${secretRef.name}" is not that of a GitHub App; it has to have appID, installationID and privateKey`);
    const apiUrl = URL.parse(apiBaseURL ?? PUBLIC_GITHUB);
    if (apiUrl?.protocol !== 'https:') throw new ContextSourceError('githubAppAuth.apiBaseURL is no https URL; name the root of the API, such as https://github.example.com/api/v3');
    const request = { app, apiUrl: apiUrl.href.replace(/\/+$/, ''), repositories: [] };
    for (;;) {
      signal.throwIfAborted();
      const { promise: news, resolve: wake } = Promise.withResolvers<void>();
      const state = this.#tokens.get(request, `context ${(this.#asked += 1)}`, wake);
      if (state.is === 'ready') return state.token;
      if (state.is === 'refused') throw new ContextSourceError(`no token of the GitHub App of Secret "${secretRef.name}": ${state.problem}`);
      await Promise.race([news, aborted(signal)]);
    }
  }

  #asked = 0;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
}
