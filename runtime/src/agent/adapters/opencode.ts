import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { AgentAdapter, AgentCommand, AgentInput, AgentOutcome, EventReader, ModelUsage } from '../adapter.ts';
import { endLine, resultLine, saidLine, toolErrorLine, toolLine, warningLine } from '../event-lines.ts';
import type { Env } from '../layout.ts';
import { type McpServer, mcpServersIn, SERVER_START_SECONDS } from '../mcp-servers.ts';
import { modelFailure } from '../model-failure.ts';
import { copySkills, distinctAgentsIn } from '../plugin-content.ts';
import { tokensOf } from '../token-count.ts';

/** OpenCode. */
export const adapter: AgentAdapter = {
  type: 'opencode',
  title: 'OpenCode',
  program: { title: 'OpenCode', package: 'opencode-ai', version: '1.18.33', size: '360 MB', command: 'opencode', installScript: 'postinstall.mjs' },
  configure,
  command,
  reader: openCodeEvents,
};

async function configure({ env, pluginDir }: AgentInput): Promise<void> {
  const home = homeOf(env);
  await mkdir(home, { recursive: true });
  await writeFile(configFileOf(env), JSON.stringify({ autoupdate: false, share: 'disabled', mcp: serversOf(env) }), { mode: 0o600 });
  if (env.KELOS_AGENTS_MD) await writeFile(join(home, 'AGENTS.md'), env.KELOS_AGENTS_MD);
  await copySkills(pluginDir, join(home, 'skills'));
  await copyAgents(pluginDir, join(home, 'agents'));
}

async function command({ env, prompt, session, warn }: AgentInput): Promise<AgentCommand> {
  // Its errors go to standard error: no event tells that it waits for an endpoint, for as long as that asks it to.
  const args = ['run', '--format', 'json', '--auto', '--print-logs', '--log-level', 'ERROR'];
  if (env.KELOS_MODEL) args.push('--model', env.KELOS_MODEL);
  if (env.KELOS_EFFORT) args.push('--variant', variantOf(env));
  if (session) args.push('--session', session);
  const own = { OPENCODE_CONFIG: configFileOf(env), OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_LSP_DOWNLOAD: '1', KELOS_MCP_SERVERS: undefined };
  return { file: 'opencode', args, input: prompt, env: { ...own, ...keyFor(env, warn) } };
}

function homeOf({ OPENCODE_CONFIG_DIR: configDir, HOME: home = homedir() }: Env): string {
  return configDir || join(home, '.config', 'opencode');
}

/** A file beside the user's own, over which it is laid. A session is started by somebody else, who knows of no other file. */
function configFileOf(env: Env): string {
  return join(homeOf(env), env.KELOS_SESSION_SETUP_ONLY === '1' ? 'opencode.json' : 'taskwright.json');
}

function serversOf(env: Env): object {
  return Object.fromEntries([...mcpServersIn(env)].map(([name, server]) => [name, serverOf(server)]));
}

/** At a URL it tries streamable HTTP, then SSE. */
function serverOf({ command, args = [], url, headers, env }: McpServer): object {
  const start = { enabled: true, timeout: SERVER_START_SECONDS * 1_000 };
  return command
    ? { type: 'local', command: [command, ...args], environment: env ?? {}, ...start }
    : { type: 'remote', url, headers: headers ?? {}, oauth: false, ...start };
}

/** Agents have no plugin in their names, as prompts call them by. */
async function copyAgents(pluginDir: string, directory: string): Promise<void> {
  for (const { name, path } of await distinctAgentsIn(pluginDir)) {
    await rm(join(directory, `${name}.md`), { force: true });
    await cp(path, join(directory, `${name}.md`), { dereference: true });
  }
}

/** Providers whose variable does not have their name. An empty one reads `OPENCODE_API_KEY` itself. */
const KEYS: Readonly<Record<string, string>> = { google: 'GEMINI_API_KEY', zai: 'ZHIPU_API_KEY', 'zai-coding-plan': 'ZHIPU_API_KEY', opencode: '', zen: '' };

/** The one key of the Task, under the name that the provider of the model reads. */
function keyFor({ KELOS_MODEL: model = '', OPENCODE_API_KEY: key, ...env }: Env, warn: (line: string) => void): Env {
  if (!key) return {};
  const provider = model.includes('/') ? model.slice(0, model.indexOf('/')) : '';
  if (provider === '') warn('! the model names no provider (provider/model), so the key is taken for one of Anthropic');
  const name = provider === '' ? 'ANTHROPIC_API_KEY' : (KEYS[provider] ?? `${provider.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_API_KEY`);
  return name === '' || env[name] ? {} : { [name]: key };
}

/** The words that a provider's models know. The table is that of the reference. */
function variantOf({ KELOS_MODEL: model = '', KELOS_EFFORT: effort = '' }: Env): string {
  const wanted = effort.toLowerCase();
  if (model.startsWith('anthropic/')) return wanted === 'max' || wanted === 'xhigh' ? 'max' : 'high';
  if (model.startsWith('google/')) return wanted === 'minimal' || wanted === 'low' ? 'low' : 'high';
  return wanted;
}

const text = z.string().catch('');
const count = z.number().nonnegative().catch(0);
const tokens = z.looseObject({ input: count, output: count, reasoning: count, cache: z.looseObject({ read: count, write: count }).catch({ read: 0, write: 0 }) });
const part = z.looseObject({
  text, tool: text, reason: text, cost: count, tokens: tokens.optional().catch(undefined),
  state: z.looseObject({ status: text, title: text, output: text, error: text, input: z.record(z.string(), z.unknown()).catch({}) }).optional().catch(undefined),
});
const problem = z.looseObject({ name: text, data: z.looseObject({ message: text, statusCode: z.number().optional().catch(undefined) }).optional().catch(undefined) });
const openCodeEvent = z.looseObject({ type: z.string(), sessionID: text, part: part.optional().catch(undefined), error: problem.optional().catch(undefined) });

/** An answer that breaks off is asked for again at once, for ever: after so many in a row it is hopeless. */
const MOST_BROKEN_ANSWERS = 5;

/** Reads `run --format json`. No event ends a run: the last step says why there was no other. */
function openCodeEvents({ env }: AgentInput): EventReader {
  const steps: { readonly usage: ModelUsage; readonly cost: number }[] = [];
  let session = '';
  let broken = 0;
  let response: string | undefined;
  let reason = '';
  let failure: string | undefined;

  function outcome(): AgentOutcome {
    const used = steps.filter(({ usage: { inputTokens, cacheReadTokens, outputTokens } }) => inputTokens + cacheReadTokens + outputTokens > 0);
    const costs = used.map(({ cost }) => cost);
    // It says 0 for a model that it does not know.
    const isKnown = costs.length > 0 && costs.every((cost) => cost > 0);
    const ended = failure !== undefined || (reason !== '' && reason !== 'tool-calls');
    const incomplete = ended && reason !== 'stop' ? `OpenCode run incomplete (reason=${reason})` : undefined;
    return {
      ended, ...tokensOf(used.map(({ usage }) => usage)),
      ...(isKnown && { costUsd: String(Number(costs.reduce((sum, cost) => sum + cost, 0).toPrecision(12))) }),
      ...(response && { response }), ...((failure ?? incomplete) && { failure: failure ?? incomplete }),
    };
  }

  return {
    read(event) {
      const parsed = openCodeEvent.safeParse(event);
      if (!parsed.success) return [];
      const { type, part: what, error } = parsed.data;
      session ||= parsed.data.sessionID;
      switch (type) {
        case 'text':
          response = what?.text || response;
          return saidLine(what?.text ?? '');
        case 'tool_use':
          return what === undefined ? [] : describeTool(what);
        case 'step_finish': {
          if (what === undefined) return [];
          reason = what.reason;
          steps.push({ usage: usageOf(what.tokens, env.KELOS_MODEL), cost: what.cost });
          broken = reason === 'unknown' ? broken + 1 : 0;
          // An error that it got over is none.
          failure = broken < MOST_BROKEN_ANSWERS ? undefined : modelFailure('OpenCode', `stream cut off ${MOST_BROKEN_ANSWERS} times in a row`);
          if (broken > 0) return [warningLine('the answer of the model broke off')];
          return reason === 'tool-calls' ? [] : [endLine(outcome())];
        }
        case 'error':
          failure = modelFailure('OpenCode', [error?.data?.statusCode, error?.data?.message || error?.name].filter(Boolean).join(' '));
          return [endLine(outcome())];
        default:
          return [];
      }
    },
    spent() {
      const { costUsd, usage, inputTokens, outputTokens } = outcome();
      return { costUsd, usage, inputTokens, outputTokens, asksAgain: reason === 'tool-calls' };
    },
    session: () => session || undefined,
    isHopeless: () => broken >= MOST_BROKEN_ANSWERS,
    outcome,
  };
}

function usageOf(used: z.infer<typeof tokens> | undefined, model: string | undefined): ModelUsage {
  const { input = 0, output = 0, reasoning = 0, cache } = used ?? {};
  return { model, inputTokens: input, cacheReadTokens: cache?.read ?? 0, cacheWriteTokens: cache?.write ?? 0, outputTokens: output + reasoning, isOneRequest: true };
}

function describeTool({ tool, state }: z.infer<typeof part>): string[] {
  if (state === undefined) return [];
  return [toolLine(tool, state.title || String(state.input['command'] ?? state.input['filePath'] ?? '')), state.status === 'error' ? toolErrorLine(state.error) : resultLine(state.output)];
}
