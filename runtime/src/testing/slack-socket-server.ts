import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { SlackServer } from './slack-server.ts';
import { acceptWebSocket, type WebSocketPeer } from './web-socket.ts';

export interface SlackSocketServer {
  /** For `apiUrl`: the root of the Web API, with a slash at its end. */
  readonly apiUrl: string;
  /** Connections that are open and greeted. */
  readonly connections: number;
  /** Sends an envelope, and answers what it was acknowledged with; nothing when the connection ended first. Throws when nobody is connected. */
  send(type: 'events_api' | 'slash_commands' | 'interactive', payload: object): Promise<Record<string, unknown> | undefined>;
  /** Envelopes that were sent and not acknowledged. */
  readonly unacknowledged: number;
  /** Asks the clients to connect anew, and closes, as Slack does from time to time. */
  refresh(): void;
  /** Breaks every connection without a word. */
  cut(): void;
  close(): Promise<void>;
}

/** The Web API of `slack` on loopback, with Socket Mode as its documentation describes it (https://docs.slack.dev/apis/events-api/using-socket-mode). */
export async function startSlackSocketServer(slack: SlackServer): Promise<SlackSocketServer> {
  const peers = new Set<WebSocketPeer>();
  const waiting = new Map<string, (answer: Record<string, unknown> | undefined) => void>();
  let envelopes = 0;

  const server = createServer((request, response) => {
    void text(request).then(async (body) => {
      const answer = await slack.fetch(`http://localhost${request.url}`, { method: request.method!, headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/x-www-form-urlencoded' }, body });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    }).catch(() => response.destroy());
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const peer = acceptWebSocket(request, socket);
    peers.add(peer);
    peer.onEnd = () => {
      peers.delete(peer);
      if (peers.size > 0) return;
      for (const lost of waiting.values()) lost(undefined);
      waiting.clear();
    };
    peer.onText = (answer) => {
      const { envelope_id: id, payload } = JSON.parse(answer) as { envelope_id: string; payload?: Record<string, unknown> };
      waiting.get(id)?.(payload ?? {});
      waiting.delete(id);
    };
    peer.send(JSON.stringify({ type: 'hello', num_connections: peers.size, connection_info: { app_id: 'ATEST' }, debug_info: { host: 'loopback' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  slack.socketUrl = `ws://127.0.0.1:${port}/link`;

  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    get connections() {
      return peers.size;
    },
    get unacknowledged() {
      return waiting.size;
    },
    send(type, payload) {
      const [peer] = peers;
      if (!peer) throw new Error('nobody is connected');
      const id = `envelope-${(envelopes += 1)}`;
      const acknowledged = new Promise<Record<string, unknown> | undefined>((resolve) => waiting.set(id, resolve));
      peer.send(JSON.stringify({ type, envelope_id: id, payload, accepts_response_payload: type !== 'events_api', ...(type === 'events_api' ? { retry_attempt: 0, retry_reason: '' } : {}) }));
      return acknowledged;
    },
    refresh() {
      for (const peer of peers) {
        peer.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested', debug_info: { host: 'loopback' } }));
      }
    },
    cut() {
      for (const peer of peers) peer.destroy();
    },
    async close() {
      for (const peer of peers) peer.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
