import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';
import type { AgentAdapter, AgentCommand, AgentInput, AgentOutcome, EventReader, ModelUsage } from '../adapter.ts';
import { endLine, resultLine, saidLine, toolErrorLine, toolLine, warningLine } from '../event-lines.ts';
import { objectIn } from '../json-file.ts';
import type { Env } from '../layout.ts';
import { type McpServer, mcpServersIn, SERVER_START_SECONDS } from '../mcp-servers.ts';
import { modelFailure } from '../model-failure.ts';
import { copySkills, distinctAgentsIn, readAgentFile } from '../plugin-content.ts';
import { SessionLines } from '../session-lines.ts';
import { StepError } from '../step-error.ts';
import { tokensOf } from '../token-count.ts';

/** Codex, by OpenAI. */
export const adapter: AgentAdapter = {
  type: 'codex',
  title: 'Codex',
  program: { title: 'Codex', package: '@openai/codex', version: '0.169.0', size: '400 MB', command: 'codex' },
  configure,
  command,
  reader: codexEvents,
};

/** A layer over the user's own `config.toml`, which is left as it is. */
const PROFILE = 'taskwright';

async function configure(input: AgentInput): Promise<void> {
  const { env, pluginDir } = input;
  const home = homeOf(env);
  await mkdir(home, { recursive: true });
  // A session is started by somebody else, who knows of no profile.
  const file = env.KELOS_SESSION_SETUP_ONLY === '1' ? 'config.toml' : `${PROFILE}.config.toml`;
  await writeFile(join(home, file), configOf(input), { mode: 0o600 });
  if (env.CODEX_AUTH_JSON) await writeFile(join(home, 'auth.json'), checkedAuth(env.CODEX_AUTH_JSON), { mode: 0o600 });
  if (env.KELOS_AGENTS_MD) await writeFile(join(home, 'AGENTS.md'), env.KELOS_AGENTS_MD);
  await copySkills(pluginDir, join(home, 'skills'));
  await writeAgents(pluginDir, join(home, 'agents'));
}

async function command({ env, prompt, session }: AgentInput): Promise<AgentCommand> {
  const args = ['exec', '--profile', PROFILE, '--dangerously-bypass-approvals-and-sandbox', '--skip-git-repo-check', '--json'];
  if (env.KELOS_MODEL) args.push('--model', env.KELOS_MODEL);
  // Its own shell commands need none of this, and it reads the login from the file.
  return { file: 'codex', args: [...args, ...(session ? ['resume', session] : []), '-'], input: prompt, env: { CODEX_AUTH_JSON: undefined, KELOS_MCP_SERVERS: undefined } };
}

/** Its agents are files of TOML, and called by the name in it. */
async function writeAgents(pluginDir: string, directory: string): Promise<void> {
  for (const { name, path } of await distinctAgentsIn(pluginDir)) {
    const { description, instructions } = readAgentFile(await readFile(path, 'utf8'));
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, `${name}.toml`), `name = ${toml(name)}\ndescription = ${toml(description || name)}\ndeveloper_instructions = ${toml(instructions)}\n`);
  }
}

function homeOf({ CODEX_HOME: codexHome, HOME: home = homedir() }: Env): string {
  return codexHome || join(home, '.codex');
}

function checkedAuth(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new StepError('CODEX_AUTH_JSON: not JSON; it must be the auth.json that `codex login` wrote', 2);
  }
}

function configOf({ env, warn }: AgentInput): string {
  const lines = [
    // The version is the image's.
    'check_for_update_on_startup = false',
    'cli_auth_credentials_store = "file"',
    ...(env.KELOS_EFFORT ? [`model_reasoning_effort = ${toml(env.KELOS_EFFORT)}`] : []),
    ...(env.OPENAI_BASE_URL ? [`model_provider = ${toml(PROFILE)}`] : []),
    '[analytics]',
    'enabled = false',
    ...(env.OPENAI_BASE_URL ? providerAt(env.OPENAI_BASE_URL, env) : []),
  ];
  for (const [name, server] of mcpServersIn(env)) {
    if (server.type === 'sse') warn(`! MCP server ${name}: Codex does not speak SSE, it is tried as streamable HTTP`);
    lines.push(`[mcp_servers.${toml(name)}]`, ...serverLines(server));
  }
  return `${lines.join('\n')}\n`;
}

/** Codex reads no base URL from the environment. The provider of its own would try WebSockets first, which few gateways know. */
function providerAt(url: string, env: Env): string[] {
  const key = ['CODEX_API_KEY', 'OPENAI_API_KEY'].find((name) => env[name]);
  const login = env.CODEX_AUTH_JSON ? ['requires_openai_auth = true'] : [];
  return [
    `[model_providers.${toml(PROFILE)}]`, `name = ${toml(`the endpoint of OPENAI_BASE_URL`)}`, `base_url = ${toml(url)}`, 'wire_api = "responses"',
    ...(key === undefined ? login : [`env_key = ${toml(key)}`]),
  ];
}

function serverLines({ command, args, url, headers, env }: McpServer): string[] {
  return [
    `startup_timeout_sec = ${SERVER_START_SECONDS}`,
    ...(command ? [`command = ${toml(command)}`] : []),
    ...(args ? [`args = [${args.map(toml).join(', ')}]`] : []),
    ...(url ? [`url = ${toml(url)}`] : []),
    ...(headers ? [`http_headers = ${inlineTable(headers)}`] : []),
    ...(env ? [`env = ${inlineTable(env)}`] : []),
  ];
}

function inlineTable(values: Readonly<Record<string, string>>): string {
  return `{ ${Object.entries(values).map(([key, value]) => `${toml(key)} = ${toml(value)}`).join(', ')} }`;
}

/** TOML's basic strings are JSON's, but for one control character. */
function toml(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}

const text = z.string().catch('');
const count = z.number().nonnegative().catch(0);
const problem = z.looseObject({ message: text }).nullish().catch(undefined);
const item = z.looseObject({
  type: text, text, message: text, command: text, aggregated_output: text, exit_code: z.number().nullish().catch(undefined), status: text,
  changes: z.array(z.looseObject({ path: text, kind: text })).catch([]), server: text, tool: text, query: text, error: problem,
});
const usage = z.looseObject({ input_tokens: count, cached_input_tokens: count, cache_write_input_tokens: count, output_tokens: count });
const codexEvent = z.looseObject({ type: z.string(), thread_id: text, message: text, item: item.optional().catch(undefined), usage: usage.optional().catch(undefined), error: problem });

/** Reads `exec --json`. Every `turn.completed` adds to the usage; the last words are the response. */
async function codexEvents({ env, cwd, session: resumed = '' }: AgentInput): Promise<EventReader> {
  let thread = resumed;
  let response: string | undefined;
  let ended = false;
  let failure: string | undefined;
  let used: ModelUsage | undefined;
  let isAtWork = false;
  const session = new Session(homeOf(env), () => thread);
  const earlier = resumed ? await session.skip() : [];
  const outcome = (usage: readonly ModelUsage[]): AgentOutcome => ({ ended, ...tokensOf(usage), ...(response && { response }), ...(failure && { failure }) });
  return {
    read(event) {
      const parsed = codexEvent.safeParse(event);
      if (!parsed.success) return [];
      const { type, thread_id: id, message, item: what, usage: usedNow, error } = parsed.data;
      switch (type) {
        case 'thread.started':
          thread = id;
          return [`* started, model ${env.KELOS_MODEL || 'of its own choice'}`];
        case 'item.started':
          isAtWork = true;
          return what === undefined ? [] : describeStart(what);
        case 'item.completed':
          if (what?.type === 'agent_message') response = what.text;
          isAtWork = what?.type !== 'agent_message';
          return what === undefined ? [] : describeEnd(what, cwd);
        case 'error':
          return [warningLine(message)];
        case 'turn.completed':
          ended = true;
          // Of the whole session.
          if (usedNow) used = without(earlier, added(usageOf(usedNow), used));
          return [endLine(outcome(used ? [used] : []))];
        case 'turn.failed':
          ended = true;
          failure = modelFailure('Codex', error?.message ?? '');
          return [endLine(outcome(used ? [used] : []))];
        default:
          return [];
      }
    },
    session: () => thread || undefined,
    async spent() {
      await session.read();
      return { ...tokensOf(session.requests.map((one) => ({ ...one, model: env.KELOS_MODEL || session.model }))), asksAgain: isAtWork && !ended };
    },
    async outcome() {
      await session.read();
      const { requests, model } = session;
      const sum = requests.reduce<ModelUsage | undefined>((total, one) => added(one, total), undefined);
      // One by one they tell which had a long prompt, if they are all that there were.
      const isAll = used === undefined || (sum !== undefined && JSON.stringify(added(sum, undefined)) === JSON.stringify(used));
      return outcome((isAll ? requests : [used!]).map((one) => ({ ...one, model: env.KELOS_MODEL || model })));
    },
  };
}

const NOTHING: ModelUsage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };

function usageOf({ input_tokens: input, cached_input_tokens: read, cache_write_input_tokens: written, output_tokens: output }: z.infer<typeof usage>): ModelUsage {
  return { inputTokens: Math.max(input - read - written, 0), cacheReadTokens: read, cacheWriteTokens: written, outputTokens: output };
}

function added(one: ModelUsage, other: ModelUsage = NOTHING): ModelUsage {
  return {
    inputTokens: one.inputTokens + other.inputTokens, cacheReadTokens: one.cacheReadTokens + other.cacheReadTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens, outputTokens: one.outputTokens + other.outputTokens,
  };
}

function without(parts: readonly ModelUsage[], whole: ModelUsage): ModelUsage {
  const rest = (count: (usage: ModelUsage) => number) => parts.reduce((left, part) => Math.max(left - count(part), 0), count(whole));
  return {
    inputTokens: rest((usage) => usage.inputTokens), cacheReadTokens: rest((usage) => usage.cacheReadTokens),
    cacheWriteTokens: rest((usage) => usage.cacheWriteTokens), outputTokens: rest((usage) => usage.outputTokens),
  };
}

function describeStart(what: z.infer<typeof item>): string[] {
  switch (what.type) {
    case 'command_execution':
      return [toolLine('shell', /^\S*\/(?:ba|z)?sh -l?c '([\s\S]*)'$/.exec(what.command)?.[1] ?? what.command)];
    case 'mcp_tool_call':
      return [toolLine(`${what.server}.${what.tool}`)];
    case 'web_search':
      return [toolLine('search', what.query)];
    default:
      return [];
  }
}

function describeEnd(what: z.infer<typeof item>, cwd: string): string[] {
  switch (what.type) {
    case 'agent_message':
      return saidLine(what.text);
    case 'command_execution':
      return [what.exit_code === 0 ? resultLine(what.aggregated_output) : toolErrorLine(`exit code ${what.exit_code ?? 'unknown'} ${what.aggregated_output}`)];
    case 'file_change':
      return what.status === 'failed' ? [toolErrorLine('the change could not be made')] : what.changes.map(({ kind, path }) => toolLine(kind, path.startsWith(`${cwd}/`) ? relative(cwd, path) : path));
    case 'mcp_tool_call':
      return what.error ? [toolErrorLine(what.error.message)] : [];
    case 'error':
      return [warningLine(what.message)];
    default:
      return [];
  }
}

const sessionLine = z.looseObject({
  type: z.string(),
  payload: z.looseObject({ type: text, model: text, info: z.looseObject({ last_token_usage: usage.optional().catch(undefined) }).nullish().catch(undefined) }),
});

/**
 * What only the file of the session tells: the model that Codex chose itself, and what a run used that failed, was stopped or goes on. Nothing where
 * there is no such file, or another version keeps it otherwise.
 */
class Session {
  requests: ModelUsage[] = [];
  model: string | undefined;
  readonly #lines: SessionLines;

  constructor(home: string, thread: () => string) {
    this.#lines = new SessionLines(join(home, 'sessions'), (path) => thread() !== '' && path.endsWith(`${thread()}.jsonl`));
  }

  /** What was used until now, which counts no more. */
  async skip(): Promise<ModelUsage[]> {
    await this.read();
    const skipped = this.requests;
    this.requests = [];
    return skipped;
  }

  async read(): Promise<void> {
    for await (const line of this.#lines.next()) {
      if (!/"type":"(?:turn_context|token_count)"/.test(line)) continue;
      const parsed = sessionLine.safeParse(objectIn(line));
      if (!parsed.success) continue;
      const { type, payload } = parsed.data;
      if (type === 'turn_context' && payload.model !== '') this.model = payload.model;
      if (payload.type === 'token_count' && payload.info?.last_token_usage) this.requests.push({ ...usageOf(payload.info.last_token_usage), isOneRequest: true });
    }
  }
}
