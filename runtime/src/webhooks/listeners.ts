import type { TaskSpawner } from '@taskwright/schema';

/** The index of TaskSpawners by what they listen to. */
export const BY_LISTENING = 'listening';

const ANY_REPOSITORY = '*';

/**
 * What a TaskSpawner listens to, as values of the index: the few that a delivery concerns are found without a walk through all of them. A spawner listens to a
 * gateway of its namespace or to what the installation shares, never to both, so nothing fires twice.
 */
export function listeningOf({ metadata: { namespace }, spec }: TaskSpawner): string[] {
  const { githubWebhook, linearWebhook, webhook } = spec?.when ?? {};
  const place = (reference: { readonly name: string } | undefined) => (reference === undefined ? 'server' : `${namespace}/${reference.name}`);
  return [
    ...(githubWebhook ? githubWebhook.events.map((event) => key(place(githubWebhook.gatewayRef), 'github', event, githubWebhook.repository?.toLowerCase() || ANY_REPOSITORY)) : []),
    ...(linearWebhook ? linearWebhook.types.map((type) => key(place(linearWebhook.gatewayRef), 'linear', type.toLowerCase())) : []),
    ...(webhook ? [webhook.gatewayRef ? key(place(webhook.gatewayRef), 'generic') : key('server', 'generic', webhook.source)] : []),
  ];
}

/** What a delivery concerns. `place` is that of its gateway as namespace/name, or `server`. */
export type Told =
  | { readonly source: 'github'; readonly event: string; readonly repository?: string }
  | { readonly source: 'linear'; readonly type: string }
  | { readonly source: 'generic'; readonly name?: string };

export function concernedBy(place: string, told: Told): string[] {
  switch (told.source) {
    case 'github':
      return [ANY_REPOSITORY, ...(told.repository === undefined ? [] : [told.repository.toLowerCase()])].map((repository) => key(place, 'github', told.event, repository));
    case 'linear':
      return [key(place, 'linear', told.type.toLowerCase())];
    case 'generic':
      return [told.name === undefined ? key(place, 'generic') : key(place, 'generic', told.name)];
  }
}

/** A space is in none of the parts but the last. */
function key(...parts: string[]): string {
  return parts.join(' ');
}
