import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { eventsOf, messageOf, type ScriptedMessage, type ToolCall, type TurnUsage } from './model-messages.ts';

/**
 * What goes wrong in place of a turn, as it does with the real endpoint: `rate-limited` (429), `overloaded` (529), `malformed` (an
 * event stream cut inside its JSON), `hang` (accepted and never answered), `unauthorized` (401).
 */
export type ModelFault = 'rate-limited' | 'overloaded' | 'malformed' | 'hang' | 'unauthorized';

export interface Turn {
  readonly text?: string;
  /** Left out: the turn is the last one. */
  readonly tools?: readonly ToolCall[];
  /** @default 1,000 tokens in, 100 out */
  readonly usage?: TurnUsage;
  readonly fault?: ModelFault;
  /** How often the fault comes before the turn is played. @default always */
  readonly faultTimes?: number;
}

/** What a script may depend on. */
export interface Conversation {
  readonly model: string;
  /** What the user asked, without what the CLI adds. */
  readonly prompt: string;
  /** The agent's working directory, as the CLI tells the model. Empty for other clients. */
  readonly cwd: string;
  readonly tools: readonly string[];
}

export type Script = readonly Turn[] | ((conversation: Conversation) => readonly Turn[]);

export interface ScriptedModelOptions {
  readonly script: Script;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** @default a free one */
  readonly port?: number;
}

export interface ScriptedModel {
  /** For `ANTHROPIC_BASE_URL`. */
  readonly url: string;
  /** The conversations' requests to `/v1/messages`, in order; the first thousand. */
  readonly requests: readonly MessagesRequest[];
  /** What a script or client did wrong; each was also answered with status 400. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

const tool = z.looseObject({ name: z.string(), input_schema: z.looseObject({ required: z.array(z.string()).default([]) }).optional() });
const block = z.looseObject({ type: z.string(), text: z.string().optional(), id: z.string().optional(), tool_use_id: z.string().optional() });
const message = z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(block)]) });
const messagesRequest = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  messages: z.array(message).min(1),
  system: z.union([z.string(), z.array(block)]).default(''),
  tools: z.array(tool).default([]),
});

/** The parts of a request to the Messages API that a script and its tests look at. */
export type MessagesRequest = z.infer<typeof messagesRequest>;

const MOST_REQUESTS_KEPT = 1_000;

/**
 * An Anthropic Messages endpoint on loopback that plays a script in place of a model: what the agent then does is real.
 *
 * Which turn is played follows from the conversation in the request, and from nothing that is kept here: a repeated request gets the
 * same turn, and many agents may play the same script at once. Each scripted tool call is held against the tools the client offers.
 */
export async function startScriptedModel({ script, host = '127.0.0.1', port = 0 }: ScriptedModelOptions): Promise<ScriptedModel> {
  const requests: MessagesRequest[] = [];
  const errors: string[] = [];
  const faultsPlayed = new Map<string, number>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => {
      errors.push(error.message);
      if (!response.headersSent) refuse(response, 400, 'invalid_request_error', error.message);
      else response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const path = request.url?.split('?')[0];
    if (request.method === 'HEAD') return void response.end(); // how the CLI finds out whether it is online
    if (request.method !== 'POST' || (path !== '/v1/messages' && path !== '/v1/messages/count_tokens')) return refuse(response, 404, 'not_found_error', `${request.method} ${path}`);
    if (!request.headers['x-api-key'] && !request.headers.authorization) return refuse(response, 401, 'authentication_error', 'x-api-key header is required');
    const parsed = messagesRequest.parse(JSON.parse(body));
    // About four bytes make a token; the CLI only needs the order of magnitude.
    if (path !== '/v1/messages') return sendJson(response, 200, { input_tokens: Math.ceil(body.length / 4) });

    if (requests.length < MOST_REQUESTS_KEPT) requests.push(parsed);
    const conversation = conversationOf(parsed);
    checkToolResults(parsed);
    const turns = typeof script === 'function' ? script(conversation) : script;
    const index = parsed.messages.filter(({ role }) => role === 'assistant').length;
    const turn: Turn = turns[index] ?? { text: 'Done.' };
    if (turn.fault !== undefined) {
      const key = `${String(request.headers['x-claude-code-session-id'])} ${conversation.prompt} ${index}`;
      const played = faultsPlayed.get(key) ?? 0;
      faultsPlayed.set(key, played + 1);
      if (played < (turn.faultTimes ?? Infinity)) return playFault(response, turn.fault);
    }
    if (turn.text === undefined && !turn.tools?.length) throw new Error(`turn ${index + 1} of the script: it has neither text nor tools`);
    for (const call of turn.tools ?? []) checkToolCall(call, index, parsed);
    send(response, parsed.stream, { id: `msg_${requests.length}`, model: parsed.model, index, ...turn });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.address}:${address.port}`,
    requests,
    errors,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

function conversationOf({ model, messages, system, tools }: MessagesRequest): Conversation {
  const texts = textsOf(messages.find(({ role }) => role === 'user')?.content ?? '');
  return {
    model,
    prompt: texts.filter((part) => !part.startsWith('<system-reminder>')).join('\n').trim(),
    cwd: /Primary working directory: (.+)/.exec(textsOf(system).join('\n'))?.[1]?.trim() ?? '',
    tools: tools.map(({ name }) => name),
  };
}

function textsOf(content: string | readonly z.infer<typeof block>[]): string[] {
  return typeof content === 'string' ? [content] : content.flatMap((part) => part.text ?? []);
}

/** The real endpoint refuses a conversation in which a tool call has no result. */
function checkToolResults({ messages }: MessagesRequest): void {
  const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const answered = new Set(blocks.flatMap((part) => part.tool_use_id ?? []));
  const open = blocks.find(({ type, id }) => type === 'tool_use' && id !== undefined && !answered.has(id));
  if (open) throw new Error(`tool call ${open.id} has no result in the conversation`);
}

function checkToolCall({ name, input }: ToolCall, index: number, { tools }: MessagesRequest): void {
  const where = `turn ${index + 1} of the script`;
  const offered = tools.find((candidate) => candidate.name === name);
  if (!offered) throw new Error(`${where}: the client offers no tool ${JSON.stringify(name)}; it offers ${tools.map((candidate) => candidate.name).sort().join(', ')}`);
  const missing = offered.input_schema?.required.filter((key) => !(key in input)) ?? [];
  if (missing.length > 0) throw new Error(`${where}: ${name} needs ${missing.join(', ')}`);
}

function playFault(response: ServerResponse, fault: ModelFault): void {
  switch (fault) {
    case 'rate-limited':
      response.setHeader('retry-after', '0');
      return refuse(response, 429, 'rate_limit_error', 'This request would exceed your rate limit');
    case 'overloaded':
      return refuse(response, 529, 'overloaded_error', 'Overloaded');
    case 'unauthorized':
      return refuse(response, 401, 'authentication_error', 'invalid x-api-key');
    case 'malformed':
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      return void response.end('event: message_start\ndata: {"type":"message_start","message":{"id":"msg_');
    case 'hang':
      return; // closed with the server, or by a client that has waited enough
  }
}

function send(response: ServerResponse, stream: boolean, scripted: ScriptedMessage): void {
  if (!stream) return sendJson(response, 200, messageOf(scripted));
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  for (const event of eventsOf(scripted)) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}

function refuse(response: ServerResponse, status: number, type: string, reason: string): void {
  sendJson(response, status, { type: 'error', error: { type, message: reason } });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
