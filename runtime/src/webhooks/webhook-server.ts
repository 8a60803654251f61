import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Clock } from '../kube/clock.ts';
import type { Deliveries } from './deliveries.ts';
import type { WebhookApp } from './webhook-app.ts';

export interface WebhookServerOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Default: all addresses, since who sends is outside. TLS ends in front of it. */
  readonly host?: string;
  readonly app: WebhookApp;
  readonly deliveries: Pick<Deliveries, 'stop'>;
  readonly clock: Clock;
}

export interface WebhookServer {
  readonly port: number;
  /** Takes no more, lets what is under way end for `graceMs`, answers it, then ends. */
  close(graceMs: number): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 10_000;
/** Of a whole request: 10 MiB in half a minute is a slow line. */
const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUTS_CHECKED_MS = 5_000;
const IDLE_TIMEOUT_MS = 120_000;
const LAST_ANSWERS_MS = 1_000;
/** Beyond that new ones are closed. Each costs some memory, whoever is behind it. */
const MOST_CONNECTIONS = 2_000;

/**
 * The app behind sockets.
 *
 * **Guarantee** A connection that sends nothing, or too slowly, is closed; and so are new ones when there are too many.
 *
 * **Errors** Rejects when the port is taken.
 */
export async function startWebhookServer({ port, host, app, deliveries, clock }: WebhookServerOptions): Promise<WebhookServer> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer,
    serverOptions: { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUTS_CHECKED_MS, keepAliveTimeout: IDLE_TIMEOUT_MS },
  }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await deliveries.stop(graceMs);
      // What has just ended is being answered; who is still sending a body by then can come again.
      const timer = clock.after(LAST_ANSWERS_MS, () => server.closeAllConnections());
      server.closeIdleConnections();
      await closed;
      timer.cancel();
    },
  };
}
