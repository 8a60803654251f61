import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on the loopback that counts connections and can cut them all, as a broken load balancer does. */
export interface CutProxy {
  readonly port: number;
  /** Connections that were opened so far. */
  readonly opened: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Ends every connection with a reset. */
  cut(): void;
  close(): Promise<void>;
}

export async function cutProxy(target: URL): Promise<CutProxy> {
  const clients = new Set<Socket>();
  let opened = 0;
  const server = createServer((client) => {
    opened += 1;
    clients.add(client);
    const upstream = connect(Number(target.port), target.hostname);
    client.pipe(upstream).pipe(client);
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
      one.setNoDelay();
      // A cut is what this program is for.
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
    client.on('close', () => clients.delete(client));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get opened() {
      return opened;
    },
    get open() {
      return clients.size;
    },
    cut() {
      for (const client of clients) client.resetAndDestroy();
    },
    async close() {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
