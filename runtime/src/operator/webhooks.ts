import { CONVERTED_DEFINITIONS, convert } from '@taskwright/schema';
import type { WebhookService } from '../api-webhooks/callers.ts';
import { certificateController, secretName } from '../api-webhooks/certificate-controller.ts';
import { startWebhookServer, type WebhookServer } from '../api-webhooks/webhook-server.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Log } from '../kube/log.ts';
import { Manager } from '../kube/manager.ts';
import type { Random } from '../kube/random.ts';
import type { ServerIdentity } from '../kube/self-signed-certificate.ts';
import { objectFaults } from './object-faults.ts';

export interface WebhooksOptions {
  /** It writes whoever leads. */
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly service: WebhookService;
  /** Whether objects are converted: their definitions are then told what to trust. */
  readonly converts: boolean;
  /** The ValidatingWebhookConfiguration by which we are asked about objects. Left out: there is none. */
  readonly configuration?: string | undefined;
  /** Whether the certificate is made here, or given by somebody else: then it is only read. */
  readonly certificate: 'made' | 'given';
  readonly address: { readonly host?: string; readonly port: number };
  readonly onError: (error: unknown) => void;
  readonly log?: Log;
}

export interface Webhooks {
  /** Why nothing is answered yet; `undefined` when it is. */
  readonly problem: string | undefined;
  stop(): Promise<void>;
}

/**
 * Answers the API server, on every replica and before anything else works: caches of objects that are stored in an older version fill only when
 * somebody converts them.
 */
export function startWebhooks({ client, clock, random, service, converts, configuration, certificate, address, onError, log }: WebhooksOptions): Webhooks {
  const definitions = converts ? CONVERTED_DEFINITIONS : [];
  const { controller, informers, onIdentity } = certificateController({ client, service, definitions, configuration, isGiven: certificate === 'given', clock, ofInformers: { clock, random, onError }, log });
  const manager = new Manager({ informers, controllers: [controller], log });
  let problem: string | undefined = `waiting for a certificate in Secret "${secretName(service)}"`;
  let server: Promise<WebhookServer | undefined> | undefined;

  onIdentity((identity) => {
    if (server === undefined) server = listen(identity);
    else void server.then((started) => started?.show(identity));
  });
  return {
    get problem() {
      return problem;
    },
    async stop() {
      await manager.stop();
      await (await server)?.close();
    },
  };

  async function listen(identity: ServerIdentity): Promise<WebhookServer | undefined> {
    try {
      const started = await startWebhookServer({ ...address, identity, convert, faultsOf: objectFaults, log });
      problem = undefined;
      log?.info({ port: started.port }, 'webhooks are answered');
      return started;
    } catch (err) {
      problem = `port ${address.port} cannot be listened on: ${(err as Error).message}`;
      log?.error({ err }, 'webhooks cannot be answered');
      return undefined;
    }
  }
}
