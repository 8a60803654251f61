import type { WebhookGateway } from '@taskwright/schema';
import type { Endpoint, WebhookSourceName } from './endpoint.ts';
import { SIGNING_KEY, sourceOf } from './gateway-status.ts';
import { keysIn } from './signature.ts';

/** What an endpoint asks of who comes. */
export interface Door {
  readonly source: WebhookSourceName;
  /** Any of them signs. None: whoever comes is let in. */
  readonly keys: readonly string[] | 'unsigned';
  /** What its Secret holds besides, or what the server was given. */
  readonly apiKey?: string;
  readonly gateway?: WebhookGateway;
}

/** Secrets that all namespaces share, as the process was given them. Read anew each time, since they are changed while it runs. */
export interface ServerSecrets {
  /** What deliveries to `/webhook/<source>` are signed with; generic ones share one. Left out: there is none. */
  signing(source: WebhookSourceName): Promise<string | undefined>;
  /** For questions to the API of Linear. */
  linearApiKey(): Promise<string | undefined>;
}

export interface DoorsOptions {
  readonly gateway: (namespace: string, name: string) => WebhookGateway | undefined;
  readonly readSecret: (namespace: string, name: string) => Promise<Readonly<Record<string, string>> | undefined>;
  readonly secrets: ServerSecrets;
  /** Take what is posted to `/webhook/<source>` without a signature, when no secret for it was given. The reference does; whoever reaches us then starts agents. */
  readonly allowsUnsigned: boolean;
}

/**
 * What is behind an endpoint.
 *
 * `closed` is for what does not exist and for what was not set up, and who has no key cannot tell these from a wrong signature. `noKey` is a gateway
 * whose Secret is missing or empty: its sender has to come again.
 */
export class Doors {
  readonly #options: DoorsOptions;

  constructor(options: DoorsOptions) {
    this.#options = options;
  }

  async at(endpoint: Endpoint): Promise<Door | 'closed' | 'noKey'> {
    return endpoint.at === 'server' ? this.#server(endpoint.type) : this.#gateway(endpoint.namespace, endpoint.name);
  }

  async #server(source: WebhookSourceName): Promise<Door | 'closed'> {
    const { secrets, allowsUnsigned } = this.#options;
    const keys = keysIn((await secrets.signing(source)) ?? '');
    if (keys.length === 0) return source === 'generic' && allowsUnsigned ? { source, keys: 'unsigned' } : 'closed';
    const apiKey = source === 'linear' ? await secrets.linearApiKey() : undefined;
    return { source, keys, ...(apiKey === undefined ? {} : { apiKey }) };
  }

  async #gateway(namespace: string, name: string): Promise<Door | 'closed' | 'noKey'> {
    const gateway = this.#options.gateway(namespace, name);
    const source = gateway && sourceOf(gateway);
    if (source === undefined) return 'closed';
    const { github, linear, generic } = gateway!.spec;
    const reference = { github, linear, generic }[source]!.secretRef;
    if (reference === undefined) return { source, keys: 'unsigned', gateway };
    const data = await this.#options.readSecret(namespace, reference.name);
    const keys = keysIn(data?.[SIGNING_KEY] ?? '');
    if (keys.length === 0) return 'noKey';
    const apiKey = data?.LINEAR_API_KEY?.trim();
    return { source, keys, gateway, ...(apiKey ? { apiKey } : {}) };
  }
}
