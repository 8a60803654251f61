import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { AgentAdapter, AgentCommand, AgentInput, AgentOutcome, EventReader, ModelUsage } from '../adapter.ts';
import { endLine, resultLine, saidLine, toolErrorLine, toolLine, warningLine } from '../event-lines.ts';
import { type JsonObject, mergeIntoFile, objectIn } from '../json-file.ts';
import type { Env } from '../layout.ts';
import { type McpServer, mcpServersIn } from '../mcp-servers.ts';
import { modelFailure } from '../model-failure.ts';
import { pluginsIn } from '../plugin-content.ts';
import { SessionLines } from '../session-lines.ts';
import { tokensOf } from '../token-count.ts';

const execFileAsync = promisify(execFile);
const LONGEST_GIT_MS = 30_000;

/** Gemini CLI, by Google. */
export const adapter: AgentAdapter = {
  type: 'gemini',
  title: 'Gemini',
  program: { title: 'Gemini CLI', package: '@google/gemini-cli', version: '0.61.0', size: '100 MB', command: 'gemini' },
  configure,
  command,
  reader: geminiEvents,
};

async function configure({ env, pluginDir, warn }: AgentInput): Promise<void> {
  const home = homeOf(env);
  await mkdir(home, { recursive: true });
  if (env.KELOS_EFFORT && thinkingOf(env) === undefined) warn(`! effort ${env.KELOS_EFFORT}: Gemini has no setting for it with ${env.KELOS_MODEL || 'a model of its own choice'}; it is asked for it in words`);
  await mergeIntoFile(join(home, 'settings.json'), settingsOf(env));
  const instructions = instructionsOf(env);
  if (instructions !== '') await writeFile(join(home, 'GEMINI.md'), instructions);
  for (const plugin of await pluginsIn(pluginDir)) await installExtension(plugin, join(pluginDir, plugin), join(home, 'extensions'));
}

async function command({ env, cwd, prompt, session }: AgentInput): Promise<AgentCommand> {
  const args = ['--yolo', '--skip-trust', '--output-format', 'stream-json'];
  if (env.KELOS_MODEL) args.push('--model', thinkingOf(env) === undefined ? env.KELOS_MODEL : aliasOf(env));
  if (session) args.push('--resume', session);
  // Its tools write nowhere else.
  if (env.TASKWRIGHT_OUTPUT_FILE) args.push('--include-directories', dirname(env.TASKWRIGHT_OUTPUT_FILE));
  return { file: 'gemini', args, input: prompt, env: { KELOS_MCP_SERVERS: undefined, ...(await gitCredentials(cwd, env)) } };
}

/**
 * Gemini empties git's list of credential helpers for the commands it runs, lest the clone that it was started in brings one. This clone is ours: what
 * its configuration says of credentials is said once more where git reads it last, without which no private repository could be pushed to.
 */
async function gitCredentials(cwd: string, env: Env): Promise<Env> {
  const asked = execFileAsync('git', ['config', '--local', '--null', '--get-regexp', '^credential\\.'], { cwd, env: env as NodeJS.ProcessEnv, timeout: LONGEST_GIT_MS });
  const { stdout } = await asked.catch(() => ({ stdout: '' })); // no repository, or nothing is said
  const settings = stdout.split('\0').filter((entry) => entry !== '').map((entry) => {
    const [key, ...value] = entry.split('\n');
    return `${quoted(key!)}=${quoted(value.join('\n'))}`;
  });
  return settings.length === 0 ? {} : { GIT_CONFIG_PARAMETERS: [env.GIT_CONFIG_PARAMETERS, ...settings].filter(Boolean).join(' ') };
}

/** As git quotes what it tells its own children. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function homeOf({ HOME: home = homedir() }: Env): string {
  return join(home, '.gemini');
}

function settingsOf(env: Env): JsonObject {
  const thinkingConfig = thinkingOf(env);
  const alias = { modelConfig: { model: env.KELOS_MODEL, generateContentConfig: { thinkingConfig } } };
  const servers = [...mcpServersIn(env)].map(([name, server]) => [name, serverOf(server)]);
  return {
    // The version is the image's.
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
    privacy: { usageStatisticsEnabled: false },
    // With a base URL it would not take the key for its way to log in.
    ...(env.GEMINI_API_KEY && { security: { auth: { selectedType: 'gemini-api-key' } } }),
    ...(servers.length > 0 && { mcpServers: Object.fromEntries(servers) as JsonObject }),
    ...(thinkingConfig && { modelConfigs: { customAliases: { [aliasOf(env)]: alias } } }),
  };
}

/** It tells the transports apart by the name of the address. */
function serverOf({ type, command, args, url, headers, env }: McpServer): JsonObject {
  return { ...(command && { command, args, env }), ...(url && { [type === 'sse' ? 'url' : 'httpUrl']: url, headers }) };
}

/** A model with another effort is a model of its own, by this name. */
function aliasOf({ KELOS_MODEL: model = '' }: Env): string {
  return `kelos-effort-${model.replace(/[^A-Za-z0-9_-]/g, '-')}`;
}

const LEVELS: Readonly<Record<string, string>> = { minimal: 'LOW', low: 'LOW', medium: 'HIGH', high: 'HIGH', xhigh: 'HIGH', max: 'HIGH' };
const BUDGETS: Readonly<Record<string, number>> = { minimal: 512, low: 1_024, medium: 4_096, high: 8_192, xhigh: 16_384, max: 24_576 };

/** What an effort is in the request: a level since Gemini 3, a number of tokens before. The tables are those of the reference. */
function thinkingOf({ KELOS_MODEL: model = '', KELOS_EFFORT: effort = '' }: Env): JsonObject | undefined {
  if (/^gemini-3\b/.test(model)) return LEVELS[effort] === undefined ? undefined : { thinkingLevel: LEVELS[effort] };
  if (!/^gemini-2\.5\b/.test(model)) return undefined;
  const budget = /^-?\d+$/.test(effort) ? Number(effort) : BUDGETS[effort];
  return budget === undefined ? undefined : { thinkingBudget: budget };
}

function instructionsOf(env: Env): string {
  const inWords = env.KELOS_EFFORT && thinkingOf(env) === undefined ? [`# Kelos Effort\n\nUse ${env.KELOS_EFFORT} reasoning effort for this task.`] : [];
  return [...(env.KELOS_AGENTS_MD ? [env.KELOS_AGENTS_MD] : []), ...inWords].join('\n\n');
}

/** A plugin is an extension, which brings skills and agents. An earlier copy is replaced. */
async function installExtension(plugin: string, source: string, extensions: string): Promise<void> {
  const name = plugin.replace(/[^A-Za-z0-9-]/g, '-');
  const target = join(extensions, name);
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const folder of ['skills', 'agents']) await cp(join(source, folder), join(target, folder), { recursive: true, dereference: true }).catch(ignoreMissing);
  await writeFile(join(target, 'gemini-extension.json'), JSON.stringify({ name, version: '0.0.0' }));
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

const text = z.string().catch('');
const count = z.number().nonnegative().catch(0);
const stats = z.looseObject({ total_tokens: count, input_tokens: count, cached: count });
const geminiEvent = z.looseObject({
  type: z.string(), session_id: text, model: text, role: text, content: text, tool_name: text, parameters: z.record(z.string(), z.unknown()).catch({}),
  status: text, output: text, message: text, error: z.looseObject({ message: text }).optional().catch(undefined),
  stats: z.looseObject({ duration_ms: count, models: z.record(z.string(), stats).catch({}) }).optional().catch(undefined),
});

/** The argument that says what a tool is used for. */
const ARGUMENTS = ['command', 'file_path', 'absolute_path', 'path', 'pattern', 'query', 'url', 'prompt', 'name'];

/** Reads `--output-format stream-json`. Words come in pieces, and those after the last use of a tool are the response. */
async function geminiEvents({ env, redact, session: resumed = '' }: AgentInput): Promise<EventReader> {
  let session = resumed;
  let words = '';
  let isAtWork = false;
  const all = sessionRequests(homeOf(env), () => session);
  const earlier = resumed ? (await all()).length : 0;
  const requests = async () => (await all()).slice(earlier);
  let end: { failure?: string; usage: readonly ModelUsage[] } | undefined;
  const outcome = (usage: readonly ModelUsage[]): AgentOutcome => ({
    ended: end !== undefined, ...tokensOf(usage), ...(words.trim() && { response: words.trim() }), ...(end?.failure && { failure: end.failure }),
  });
  /** What was said until now, as soon as something else comes. */
  const flush = () => {
    const lines = saidLine(redact(words));
    words = '';
    return lines;
  };
  return {
    read(event) {
      const parsed = geminiEvent.safeParse(event);
      if (!parsed.success) return [];
      const { type, role, content, message, error } = parsed.data;
      switch (type) {
        case 'init':
          session = parsed.data.session_id;
          return [`* started, model ${env.KELOS_MODEL || parsed.data.model || 'unknown'}`];
        case 'message':
          if (role === 'assistant') words += content;
          isAtWork &&= role !== 'assistant';
          return [];
        case 'tool_use':
          isAtWork = true;
          return [...flush(), toolLine(parsed.data.tool_name, argumentIn(parsed.data.parameters))];
        case 'tool_result':
          return [parsed.data.status === 'error' ? toolErrorLine(error?.message || parsed.data.output) : resultLine(parsed.data.output)];
        case 'error':
          return [warningLine(message)];
        case 'result': {
          end = {
            usage: Object.entries(parsed.data.stats?.models ?? {}).map(([model, used]) => usageOf(model === aliasOf(env) ? env.KELOS_MODEL! : model, used)),
            ...(parsed.data.status !== 'success' && { failure: modelFailure('Gemini', error?.message ?? '') }),
          };
          return [...saidLine(redact(words)), endLine(outcome(end.usage), `${((parsed.data.stats?.duration_ms ?? 0) / 1000).toFixed(1)} s`)];
        }
        default:
          return [];
      }
    },
    session: () => session || undefined,
    async spent() {
      return { ...tokensOf(await requests()), asksAgain: isAtWork && end === undefined };
    },
    async outcome() {
      return outcome(end === undefined ? await requests() : bestOf(end.usage, await requests()));
    },
  };
}

function argumentIn(parameters: JsonObject): string {
  const key = ARGUMENTS.find((candidate) => typeof parameters[candidate] === 'string');
  return key === undefined ? '' : String(parameters[key]);
}

/** What it thought is in no count but the total. */
function usageOf(model: string, { total_tokens: total, input_tokens: input, cached }: z.infer<typeof stats>): ModelUsage {
  return { model, inputTokens: Math.max(input - cached, 0), cacheReadTokens: cached, cacheWriteTokens: 0, outputTokens: Math.max(total - input, 0) };
}

/** The requests one by one where they come to the same as the sums; the sums also count requests that are no part of the conversation. */
function bestOf(sums: readonly ModelUsage[], requests: readonly ModelUsage[]): readonly ModelUsage[] {
  const total = (usage: readonly ModelUsage[]) => usage.reduce((sum, { inputTokens, cacheReadTokens, outputTokens }) => sum + inputTokens + cacheReadTokens + outputTokens, 0);
  return total(sums) === total(requests) ? requests : sums;
}

const sessionLine = z.looseObject({
  id: z.string(), model: z.string(),
  tokens: z.looseObject({ input: count, cached: count, total: count }),
});

/** The requests of a run so far, also of one that was stopped, as the file of the session has them. Nothing where another version keeps it otherwise. */
function sessionRequests(home: string, session: () => string): () => Promise<ModelUsage[]> {
  const lines = new SessionLines(join(home, 'tmp'), (path) => session() !== '' && path.endsWith(`-${session().slice(0, 8)}.jsonl`));
  // A message is written again when its tools have answered.
  const messages = new Map<string, ModelUsage>();
  return async () => {
    for await (const line of lines.next()) {
      const parsed = sessionLine.safeParse(objectIn(line));
      if (!parsed.success) continue;
      const { id, model, tokens: { input, cached, total } } = parsed.data;
      messages.set(id, { ...usageOf(model, { total_tokens: total, input_tokens: input, cached }), isOneRequest: true });
    }
    return [...messages.values()];
  };
}
