import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';
import type { AgentAdapter, AgentCommand, AgentInput, AgentOutcome, EventReader, ModelUsage, Spent } from '../adapter.ts';
import { endLine, resultLine, saidLine, toolErrorLine, toolLine, warningLine } from '../event-lines.ts';
import { mergeIntoFile, objectIn } from '../json-file.ts';
import { mcpServersIn } from '../mcp-servers.ts';
import { pluginsIn } from '../plugin-content.ts';
import { SessionLines } from '../session-lines.ts';
import { StepError, oneLine } from '../step-error.ts';
import { tokensOf } from '../token-count.ts';

/** Claude Code, by Anthropic. */
export const adapter: AgentAdapter = {
  type: 'claude-code',
  title: 'Claude Code',
  program: { title: 'Claude Code', package: '@anthropic-ai/claude-code', version: '2.1.237', size: '320 MB', command: 'claude', installScript: 'install.cjs' },
  configure,
  command,
  reader: claudeEvents,
};

async function configure({ env }: AgentInput): Promise<void> {
  const { directory, userConfig } = placesOf(env);
  await mkdir(directory, { recursive: true });
  if (env.KELOS_AGENTS_MD) await writeFile(join(directory, 'CLAUDE.md'), env.KELOS_AGENTS_MD);
  // As `claude mcp add --scope user` does.
  const mcpServers = mcpServersIn(env);
  if (mcpServers.size > 0) await mergeIntoFile(userConfig, { mcpServers: Object.fromEntries(mcpServers) });
}

async function command({ env, pluginDir, prompt, session, isRoot }: AgentInput): Promise<AgentCommand> {
  const args = ['--dangerously-skip-permissions', '--output-format', 'stream-json', '--verbose', '-p'];
  if (session) args.push('--resume', session);
  if (env.KELOS_MODEL) args.push('--model', env.KELOS_MODEL);
  if (env.KELOS_EFFORT) args.push('--effort', env.KELOS_EFFORT);
  // It stops itself in good order, with what it spent; for tokens it has no such limit.
  if (Number(env.TASKWRIGHT_MAX_COST_USD) > 0) args.push('--max-budget-usd', env.TASKWRIGHT_MAX_COST_USD!);
  for (const plugin of await pluginsIn(pluginDir)) args.push('--plugin-dir', `${join(pluginDir, plugin)}/`);
  // The version is the image's. An update in the middle of a run would replace it.
  return { file: 'claude', args, input: prompt, env: { DISABLE_AUTOUPDATER: '1', ...(isRoot && claimSandbox(env)) } };
}

/** The CLI refuses to skip permissions as root unless it believes that it is in a sandbox. That is claimed only where whoever started the run declared it. */
function claimSandbox({ IS_SANDBOX: claimed, TASKWRIGHT_ISOLATED: declared }: AgentInput['env']): AgentInput['env'] {
  if (claimed === '1') return {};
  if (declared === '1') return { IS_SANDBOX: '1' };
  throw new StepError('Claude Code does not run as root outside a sandbox; run it as another user, install bubblewrap, or set TASKWRIGHT_ISOLATED=1 where the machine itself is the sandbox');
}

function placesOf({ CLAUDE_CONFIG_DIR: configDir, HOME: home = homedir() }: AgentInput['env']) {
  return configDir
    ? { directory: configDir, userConfig: join(configDir, '.claude.json') }
    : { directory: join(home, '.claude'), userConfig: join(home, '.claude.json') };
}

const text = z.string().catch('');
const count = z.number().nonnegative().catch(0);

const usage = z.looseObject({ input_tokens: count, output_tokens: count, cache_creation_input_tokens: count, cache_read_input_tokens: count });

const systemEvent = z.looseObject({
  type: z.literal('system'), subtype: text, model: text, session_id: text,
  mcp_servers: z.array(z.looseObject({ name: text, status: text })).catch([]),
  attempt: count, max_retries: count, error: text, error_status: z.number().optional().catch(undefined),
});
const contentBlock = z.looseObject({
  type: text, text, name: text, input: z.record(z.string(), z.unknown()).catch({}), is_error: z.boolean().catch(false), content: z.unknown().optional(),
});
const messageEvent = z.looseObject({
  type: z.enum(['assistant', 'user']),
  message: z.looseObject({ content: z.array(contentBlock).catch([]) }),
  parent_tool_use_id: z.string().nullish(),
});
const resultEvent = z.looseObject({
  type: z.literal('result'), subtype: z.string().optional().catch(undefined), is_error: z.boolean().catch(false),
  terminal_reason: text, stop_reason: text, result: text, errors: z.array(z.string()).catch([]), num_turns: count, duration_ms: count,
  total_cost_usd: z.number().optional().catch(undefined),
  usage: usage.optional().catch(undefined),
  modelUsage: z.record(z.string(), z.looseObject({ inputTokens: count, outputTokens: count, cacheReadInputTokens: count, cacheCreationInputTokens: count })).catch({}),
});
const claudeEvent = z.union([systemEvent, messageEvent, resultEvent]);

type ResultEvent = z.infer<typeof resultEvent>;
type ContentBlock = z.infer<typeof contentBlock>;

/** The argument that says what a tool is used for. */
const ARGUMENTS = ['command', 'file_path', 'notebook_path', 'pattern', 'url', 'query', 'description', 'skill', 'path', 'prompt'];
const LONGEST_REASON = 300;

/**
 * Reads `--output-format stream-json`. The last `result` event is the outcome; what is not known is left to the raw file. What a run used that has
 * none yet, or was stopped, is in the files of its session: the events tell it before an answer has ended.
 */
async function claudeEvents({ cwd, env, session: earlier = '' }: AgentInput): Promise<EventReader> {
  let last: ResultEvent | undefined;
  let session = earlier;
  const lines = new SessionLines(join(placesOf(env).directory, 'projects'), (path) => session !== '' && path.includes(session) && path.endsWith('.jsonl'));
  // What an earlier run left there is not of this one.
  if (earlier) await lines.skip();
  const messages = new Map<string, SessionMessage['message']>();
  async function spent(): Promise<Spent> {
    for await (const line of lines.next()) {
      const parsed = sessionMessage.safeParse(objectIn(line));
      if (parsed.success) messages.set(parsed.data.message.id, parsed.data.message);
    }
    const all = [...messages.values()];
    return { ...tokensOf(all.map(usageOf)), asksAgain: last === undefined && all.at(-1)?.stop_reason === 'tool_use' };
  }
  return {
    read(event) {
      const parsed = claudeEvent.safeParse(event);
      if (!parsed.success) return [];
      switch (parsed.data.type) {
        case 'system':
          session ||= parsed.data.session_id;
          return describeSystem(parsed.data);
        case 'result':
          last = parsed.data;
          return [endLine(outcomeOf(last), `${last.num_turns} turns`, `${(last.duration_ms / 1000).toFixed(1)} s`)];
        default: {
          const indent = parsed.data.parent_tool_use_id ? '  ' : '';
          return parsed.data.message.content.flatMap((block) => describeBlock(block, cwd)).map((line) => indent + line);
        }
      }
    },
    session: () => session || undefined,
    spent,
    async outcome() {
      if (last !== undefined) return outcomeOf(last);
      const { asksAgain: _asksAgain, ...used } = await spent();
      return { ended: false, ...used };
    },
  };
}

/** A line of the file of a session; an answer has one for each of its parts. */
const sessionMessage = z.looseObject({ type: z.literal('assistant'), message: z.looseObject({ id: z.string(), model: text, stop_reason: z.string().nullish(), usage }) });
type SessionMessage = z.infer<typeof sessionMessage>;

function usageOf({ model, usage: used }: SessionMessage['message']): ModelUsage {
  return {
    model, inputTokens: used.input_tokens, cacheReadTokens: used.cache_read_input_tokens, cacheWriteTokens: used.cache_creation_input_tokens, outputTokens: used.output_tokens, isOneRequest: true,
  };
}

function describeSystem({ subtype, model, mcp_servers, attempt, max_retries, error, error_status }: z.infer<typeof systemEvent>): string[] {
  if (subtype === 'init') {
    const broken = mcp_servers.filter(({ status }) => status === 'failed').map(({ name }) => warningLine(`MCP server ${name} failed to start`));
    return [`* started, model ${oneLine(model, 100) || 'unknown'}`, ...broken];
  }
  if (subtype === 'api_retry') {
    const reason = error_status === undefined ? 'did not answer' : `answered with status ${error_status}`;
    return [warningLine(`the model endpoint ${reason}${error === '' ? '' : ` (${oneLine(error, 100)})`}; retry ${attempt} of ${max_retries}`)];
  }
  return [];
}

function describeBlock(block: ContentBlock, cwd: string): string[] {
  switch (block.type) {
    case 'text':
      return saidLine(block.text);
    case 'tool_use':
      return [toolLine(block.name, argumentOf(block.input, cwd))];
    case 'tool_result':
      return [(block.is_error ? toolErrorLine : resultLine)(textIn(block.content))];
    default:
      return [];
  }
}

function argumentOf(input: ContentBlock['input'], cwd: string): string {
  const key = ARGUMENTS.find((candidate) => typeof input[candidate] === 'string');
  if (key === undefined) return '';
  const value = input[key] as string;
  return key.endsWith('_path') && value.startsWith(`${cwd}/`) ? relative(cwd, value) : value;
}

/** A tool's result is a string or a list of blocks. */
function textIn(content: unknown): string {
  const parts = Array.isArray(content) ? content.map((part: { text?: unknown } | null) => part?.text) : [content];
  return parts.filter((part) => typeof part === 'string').join('\n').trim();
}

/**
 * Cached input counts as input: it was read and is paid for. The reference counts only what was not cached, so that its token budgets
 * see a fraction of a long conversation.
 */
function outcomeOf(result: ResultEvent): AgentOutcome {
  const { total_cost_usd: cost } = result;
  return {
    ended: true,
    // Adding up leaves noise in the last digits, which a quantity would round up: 0.07500000000000001.
    ...(cost !== undefined && { costUsd: String(Number(cost.toPrecision(12))) }),
    ...tokensIn(result),
    ...(result.result !== '' && { response: result.result }),
    ...failureOf(result),
    ...(result.subtype === AT_LIMIT && { endedAtLimit: true }),
  };
}

/** How it says that it stopped itself. Its `usage` then lacks the last answer, which the sums by model have. */
const AT_LIMIT = 'error_max_budget_usd';

function tokensIn({ subtype, usage: used, modelUsage }: ResultEvent): Pick<AgentOutcome, 'inputTokens' | 'outputTokens'> {
  const models = Object.values(modelUsage);
  if (subtype === AT_LIMIT && models.length > 0) {
    const sum = (of: (one: (typeof models)[number]) => number) => String(models.reduce((total, one) => total + of(one), 0));
    return { inputTokens: sum((one) => one.inputTokens + one.cacheReadInputTokens + one.cacheCreationInputTokens), outputTokens: sum((one) => one.outputTokens) };
  }
  return used ? { inputTokens: String(used.input_tokens + used.cache_creation_input_tokens + used.cache_read_input_tokens), outputTokens: String(used.output_tokens) } : {};
}

/** Reasons that are missing are accepted: older versions do not send them. */
function failureOf({ subtype, is_error, terminal_reason, stop_reason, result, errors }: ResultEvent): { failure?: string } {
  if (is_error || subtype !== 'success') {
    const fields = [subtype !== 'success' && `subtype=${subtype ?? ''}`, is_error && 'is_error=true'].filter(Boolean).join(', ');
    const said = oneLine(errors.join('; ') || (is_error ? result : ''), LONGEST_REASON);
    return { failure: `Claude Code returned an unsuccessful result (${fields})${said === '' ? '' : `: ${said}`}` };
  }
  const fields = [
    terminal_reason !== '' && terminal_reason !== 'completed' && `terminal_reason=${terminal_reason}`,
    stop_reason !== '' && stop_reason !== 'end_turn' && `stop_reason=${stop_reason}`,
  ].filter(Boolean);
  return fields.length === 0 ? {} : { failure: `Claude Code run incomplete (${fields.join(', ')})` };
}
