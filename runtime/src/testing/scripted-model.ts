import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { anthropicMessages } from './anthropic-messages.ts';
import { geminiContent } from './gemini-content.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';
import type { Conversation, ModelFault, ModelRequest, ScriptedMessage, ToolCall, TurnUsage, WireFormat } from './wire-format.ts';

export interface Turn {
  readonly text?: string;
  /** Left out: the turn is the last one. */
  readonly tools?: readonly ToolCall[];
  readonly usage?: TurnUsage;
  readonly fault?: ModelFault;
  /** How often the fault comes before the turn is played. @default always */
  readonly faultTimes?: number;
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
  /** For `ANTHROPIC_BASE_URL` and `GOOGLE_GEMINI_BASE_URL`; the API of OpenAI is below it at `/v1`. */
  readonly url: string;
  /** The conversations' requests, as they came, in order; the first thousand. */
  readonly requests: readonly ConversationRequest[];
  /** What a script or client did wrong; each was also answered with status 400. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export interface ConversationRequest {
  readonly path: string;
  readonly model: string;
  readonly body: unknown;
  /** What it authenticated with, as the header has it. */
  readonly credential: string;
}

const FORMATS: readonly WireFormat[] = [anthropicMessages, openAiResponses, openAiChat, geminiContent];
const MOST_REQUESTS_KEPT = 1_000;

/**
 * An endpoint on loopback that plays a script in place of a model, in the formats of several providers: what the agent then does is real.
 *
 * Which turn is played follows from the conversation in the request, and from nothing that is kept here: a repeated request gets the
 * same turn, and many agents may play the same script at once. Each scripted tool call is held against the tools the client offers.
 */
export async function startScriptedModel({ script, host = '127.0.0.1', port = 0 }: ScriptedModelOptions): Promise<ScriptedModel> {
  const requests: ConversationRequest[] = [];
  const errors: string[] = [];
  const faultsPlayed = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '/';
    const format = FORMATS.find((candidate) => candidate.accepts(path));
    if (request.method === 'HEAD') return void response.end(); // how a CLI finds out whether it is online
    if (format === undefined || request.method !== 'POST') return sendJson(response, 404, { error: { message: `${request.method} ${path}` } });
    answer(format, path, request, response).catch((error: Error) => {
      errors.push(error.message);
      if (!response.headersSent) refuse(response, format, 'malformed-request', error.message);
      else response.destroy();
    });
  });

  async function answer(format: WireFormat, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await text(request);
    if (!format.isAuthorized(request.headers)) return refuse(response, format, 'unauthorized', 'the request has no credentials');
    const body: unknown = JSON.parse(received);
    const parsed = format.read(path, body, request.headers);
    const aside = format.aside?.(path, received);
    if (aside !== undefined) return sendJson(response, 200, aside);

    const { conversation, answers: index, stream } = parsed;
    if (requests.length < MOST_REQUESTS_KEPT) requests.push({ path, model: conversation.model, body, credential: credentialIn(request.headers) });
    if (parsed.openCalls.length > 0) throw new Error(`tool call ${parsed.openCalls[0]} has no result in the conversation`);
    const turns = typeof script === 'function' ? script(conversation) : script;
    const turn: Turn = turns[index] ?? { text: 'Done.' };
    if (turn.fault !== undefined) {
      const key = `${parsed.session} ${conversation.prompt} ${index}`;
      const played = faultsPlayed.get(key) ?? 0;
      faultsPlayed.set(key, played + 1);
      if (played < (turn.faultTimes ?? Infinity)) return playFault(response, format, turn.fault);
    }
    if (turn.text === undefined && !turn.tools?.length) throw new Error(`turn ${index + 1} of the script: it has neither text nor tools`);
    for (const call of turn.tools ?? []) checkToolCall(call, parsed);
    const scripted: ScriptedMessage = { id: `msg_${requests.length}`, model: conversation.model, index, ...turn };
    if (!stream) return sendJson(response, 200, format.message(scripted));
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
    for (const event of format.events(scripted, body)) response.write(event);
    response.end();
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

function credentialIn({ authorization, 'x-api-key': anthropic, 'x-goog-api-key': google }: IncomingHttpHeaders): string {
  return authorization ?? [anthropic ?? google ?? ''].flat()[0]!;
}

function checkToolCall({ name, input }: ToolCall, { tools, answers }: ModelRequest): void {
  const where = `turn ${answers + 1} of the script`;
  const offered = tools.find((candidate) => candidate.name === name);
  if (!offered) throw new Error(`${where}: the client offers no tool ${JSON.stringify(name)}; it offers ${tools.map((candidate) => candidate.name).sort().join(', ')}`);
  const missing = offered.required.filter((key) => !(key in input));
  if (missing.length > 0) throw new Error(`${where}: ${name} needs ${missing.join(', ')}`);
}

const REASONS = {
  'rate-limited': 'This request would exceed your rate limit',
  overloaded: 'Overloaded',
  unauthorized: 'invalid x-api-key',
} as const;

function playFault(response: ServerResponse, format: WireFormat, fault: ModelFault): void {
  switch (fault) {
    case 'malformed':
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      return void response.end(format.cutStream);
    case 'hang':
      return; // closed with the server, or by a client that has waited enough
    case 'rate-limited':
      response.setHeader('retry-after', '0');
      return refuse(response, format, fault, REASONS[fault]);
    default:
      return refuse(response, format, fault, REASONS[fault]);
  }
}

function refuse(response: ServerResponse, format: WireFormat, fault: Parameters<WireFormat['refusal']>[0], reason: string): void {
  const { status, body } = format.refusal(fault, reason);
  sendJson(response, status, body);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
