import type { TaskSpawner, WebhookGateway } from '@taskwright/schema';
import type { Registry } from 'prom-client';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import { type Log, silentLog } from '../kube/log.ts';
import { Deliveries } from './deliveries.ts';
import type { DispatchOptions } from './dispatch.ts';
import { Doors, type DoorsOptions } from './doors.ts';
import { BY_LISTENING } from './listeners.ts';
import { type SecretFiles, secretFiles } from './secret-files.ts';
import type { SlackDoor } from './slack-door.ts';
import { webhookApp } from './webhook-app.ts';
import { WebhookMetrics } from './webhook-metrics.ts';
import { startWebhookServer, type WebhookServer } from './webhook-server.ts';

/** What the command line says of it. */
export interface DeliverySettings {
  /** Port 0: any that is free. */
  readonly address: { readonly host?: string; readonly port: number };
  readonly files: SecretFiles;
  readonly allowsUnsigned: boolean;
  /** What it listens with. Default: sockets. */
  readonly serve?: typeof startWebhookServer;
}

/** The caches of the namespaces that are watched: one for all of them, or one for each. */
export interface DeliveryCaches {
  readonly spawners: Pick<Informer<TaskSpawner, typeof BY_LISTENING>, 'byIndex'>;
  readonly gateways: Pick<Informer<WebhookGateway>, 'get'>;
}

export interface TakeDeliveriesOptions extends DeliverySettings, Pick<DispatchOptions, 'sources' | 'contextOf' | 'spawning'> {
  readonly caches: readonly DeliveryCaches[];
  readonly readSecret: DoorsOptions['readSecret'];
  readonly slack?: SlackDoor;
  readonly isReady: () => boolean;
  readonly pausedBy?: () => string | undefined;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  readonly log?: Log;
  /** Left out: nothing is counted. */
  readonly registry?: Registry;
}

export interface DeliveryTaker {
  /** Why nothing is taken; `undefined` when it is. */
  readonly problem: string | undefined;
  /** Where it listens, from when it does. */
  readonly port: Promise<number | undefined>;
  /** Takes no more, and lets what is under way end for `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Takes deliveries on every replica, from the first moment: before it is ready, and after it stops, a sender is told to come again. */
export function takeDeliveries({ address, files, allowsUnsigned, serve = startWebhookServer, caches, readSecret, isReady, clock, onError, log = silentLog, registry, ...parts }: TakeDeliveriesOptions): DeliveryTaker {
  let problem: string | undefined;
  let isStopping = false;
  const gateway = (namespace: string, name: string) => caches.map(({ gateways }) => gateways.get(`${namespace}/${name}`)).find((found) => found !== undefined);
  const doors = new Doors({ gateway, readSecret, secrets: secretFiles(files, clock, onError), allowsUnsigned });
  const deliveries = new Deliveries({ clock });
  const app = webhookApp({
    ...parts,
    doors,
    deliveries,
    clock,
    isReady: () => isReady() && !isStopping,
    listeners: (value) => caches.flatMap(({ spawners }) => spawners.byIndex(BY_LISTENING, value)),
    log,
    ...(registry && { metrics: new WebhookMetrics(registry, () => deliveries.underWay) }),
  });
  const server: Promise<WebhookServer | undefined> = serve({ ...address, app, deliveries, clock }).catch((err: Error) => {
    problem = `port ${address.port} cannot be listened on: ${err.message}`;
    log.error({ err }, 'deliveries cannot be taken');
    return undefined;
  });
  const port = server.then((started) => started?.port);
  void port.then((bound) => bound !== undefined && log.info({ port: bound }, 'deliveries are taken'));
  return {
    get problem() {
      return problem;
    },
    port,
    async stop(graceMs) {
      isStopping = true;
      await (await server)?.close(graceMs);
    },
  };
}
