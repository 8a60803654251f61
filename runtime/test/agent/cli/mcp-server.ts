import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { answerTo, type McpMessage } from './mcp-answer.ts';

export interface McpServers {
  /** For `KELOS_MCP_SERVERS`: a server of each transport, each with a secret of its own. */
  readonly config: string;
  /** The secrets with which tools were asked for. */
  readonly given: ReadonlySet<string>;
}

/** MCP servers on loopback: streamable HTTP, the older SSE, and a program that an agent starts, which reports here. */
export async function startMcpServers(): Promise<McpServers> {
  const { url, given, close } = await serveMcp('127.0.0.1');
  onTestFinished(close);
  const mcpServers = {
    local: { type: 'stdio', command: process.execPath, args: [MCP_STDIO, `${url}/report`], env: { SPEAR_TOKEN: 'stdio-secret' } },
    web: { type: 'http', url: `${url}/mcp`, headers: { Authorization: 'Bearer http-secret' } },
    old: { type: 'sse', url: `${url}/sse`, headers: { Authorization: 'Bearer sse-secret' } },
  };
  return { config: JSON.stringify({ mcpServers }), given };
}

/** The program that is an MCP server itself: its argument is where it reports, `SPEAR_TOKEN` its secret. It imports what is beside it. */
export const MCP_STDIO = fileURLToPath(new URL('mcp-stdio.ts', import.meta.url));

/** MCP at `/mcp` (streamable HTTP), at `/sse` for one client at a time, and at `/report` the reports of programs. */
export async function serveMcp(host: string): Promise<{ readonly url: string; readonly given: ReadonlySet<string>; close(): Promise<void> }> {
  const given = new Set<string>();
  let stream: ServerResponse | undefined;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    if (request.method === 'GET' && pathname === '/sse') {
      stream = response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      return void response.write('event: endpoint\ndata: /messages\n\n');
    }
    if (request.method !== 'POST') return void response.writeHead(405).end();
    void text(request).then((body) => {
      const message = JSON.parse(body) as McpMessage;
      if (message.method === 'tools/list') given.add(request.headers.authorization ?? 'nothing');
      const answer = answerTo(message);
      if (pathname === '/mcp' && answer) return response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
      if (pathname === '/messages' && answer) stream?.write(`event: message\ndata: ${JSON.stringify(answer)}\n\n`);
      return response.writeHead(['/mcp', '/messages', '/report'].includes(pathname) ? 202 : 404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    given,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
