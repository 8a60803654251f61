import { z } from 'zod';
import type { Env } from './layout.ts';
import { StepError } from './step-error.ts';

const texts = z.record(z.string(), z.string()).optional();
const server = z.looseObject({
  type: z.string().optional(),
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  url: z.string().optional(),
  headers: texts,
  env: texts,
});
const servers = z.looseObject({ mcpServers: z.record(z.string(), server) });

/** How long a server may take to start, for agents whose own limit is a few seconds: `npx` in a new Pod downloads first. */
export const SERVER_START_SECONDS = 60;

/** A server that a program is started for (`command`), or one at a URL: streamable HTTP, or the older SSE when that is its `type`. */
export type McpServer = z.infer<typeof server>;

/**
 * The MCP servers of a Task by name. Their values may be secrets.
 *
 * **Errors:** `StepError` that repeats none of them.
 */
export function mcpServersIn({ KELOS_MCP_SERVERS: text }: Env): ReadonlyMap<string, McpServer> {
  if (!text) return new Map();
  const parsed = servers.safeParse(valueOf(text));
  if (parsed.success) return new Map(Object.entries(parsed.data.mcpServers));
  const where = parsed.error.issues[0]!.path.join('.');
  throw new StepError(where === '' || where === 'mcpServers' ? 'KELOS_MCP_SERVERS: not a JSON object with "mcpServers"' : `KELOS_MCP_SERVERS: ${where} has the wrong type`, 2);
}

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // not the parser's message: it quotes the text
  }
}
