import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';
import type { AgentAdapter, AgentCommand, AgentInput, AgentOutcome, EventReader } from '../adapter.ts';
import { endLine, resultLine, saidLine, toolErrorLine, toolLine } from '../event-lines.ts';
import { mergeIntoFile } from '../json-file.ts';
import type { Env } from '../layout.ts';
import { mcpServersIn } from '../mcp-servers.ts';
import { modelFailure } from '../model-failure.ts';
import { agentsIn, copySkills } from '../plugin-content.ts';
import { tokensOf } from '../token-count.ts';

/**
 * Cursor's command line. It is not on npm and could not be run here: flags, files and events are those its maker documents, and those of the
 * reference where that has more (`usage`, `AGENTS.md` in its home).
 */
export const adapter: AgentAdapter = {
  type: 'cursor',
  title: 'Cursor',
  configure,
  command,
  reader: cursorEvents,
};

/** An argument is limited to 128 KiB; a prompt that comes near it is left in a file. */
const LONGEST_ARGUMENT_BYTES = 100_000;

async function configure({ env, pluginDir, prompt }: AgentInput): Promise<void> {
  const home = homeOf(env);
  await mkdir(home, { recursive: true });
  const instructions = [env.KELOS_AGENTS_MD, env.KELOS_EFFORT && `# Kelos Effort\n\nUse ${env.KELOS_EFFORT} reasoning effort for this task.`].filter(Boolean);
  if (instructions.length > 0) await writeFile(join(home, 'AGENTS.md'), instructions.join('\n\n'));
  const mcpServers = mcpServersIn(env);
  if (mcpServers.size > 0) await mergeIntoFile(join(home, 'mcp.json'), { mcpServers: Object.fromEntries(mcpServers) });
  // In its home and not in the repository, as in the reference: there they would be committed.
  await copySkills(pluginDir, join(home, 'skills'));
  for (const { plugin, name, path } of await agentsIn(pluginDir)) {
    const target = join(home, 'agents', `${plugin}-${name}.md`);
    await rm(target, { force: true });
    await cp(path, target, { dereference: true });
  }
  if (isLong(prompt)) await writeFile(promptFileOf(env), prompt, { mode: 0o600 });
}

async function command({ env, prompt, session }: AgentInput): Promise<AgentCommand> {
  const resumed = session ? ['--resume', session] : [];
  const args = env.KELOS_MODEL ? ['--model', env.KELOS_MODEL] : [];
  args.push(...resumed, '-p', '--force', '--trust', '--sandbox', 'disabled', '--output-format', 'stream-json');
  if (env.KELOS_MCP_SERVERS) args.push('--approve-mcps');
  const text = isLong(prompt) ? `Your task is in the file ${promptFileOf(env)}. Read it whole, then do it.` : prompt;
  // What begins with a dash is read as an option, what begins with a line break is not.
  return { file: 'agent', args: [...args, text.startsWith('-') ? `\n${text}` : text], input: '', env: { KELOS_MCP_SERVERS: undefined } };
}

function homeOf({ HOME: home = homedir() }: Env): string {
  return join(home, '.cursor');
}

function promptFileOf(env: Env): string {
  return join(homeOf(env), 'taskwright-prompt.txt');
}

function isLong(prompt: string): boolean {
  return Buffer.byteLength(prompt) > LONGEST_ARGUMENT_BYTES;
}

const text = z.string().catch('');
const count = z.number().nonnegative().catch(0);
const values = z.record(z.string(), z.unknown()).catch({});
const tool = z.looseObject({ args: values, result: z.looseObject({ success: values.optional(), error: values.optional() }).optional().catch(undefined), name: text, arguments: text });
const cursorEvent = z.looseObject({
  type: z.string(), subtype: text, session_id: text, model: text, is_error: z.boolean().catch(false), result: text, duration_ms: count,
  message: z.looseObject({ content: z.array(z.looseObject({ text })).catch([]) }).optional().catch(undefined),
  tool_call: z.record(z.string(), tool).optional().catch(undefined),
  usage: z.looseObject({ inputTokens: count, outputTokens: count, cacheReadTokens: count, cacheWriteTokens: count }).optional().catch(undefined),
});
type CursorEvent = z.infer<typeof cursorEvent>;

/** Reads `--output-format stream-json`. The last `result` is the outcome; a run that fails has none, and says why on its standard error. */
function cursorEvents({ env, cwd }: AgentInput): EventReader {
  let model = env.KELOS_MODEL ?? '';
  let session = '';
  let last: CursorEvent | undefined;
  const outcome = (): AgentOutcome => (last === undefined ? { ended: false } : outcomeOf(last, model));
  return {
    read(event) {
      const parsed = cursorEvent.safeParse(event);
      if (!parsed.success) return [];
      const { type, subtype, message, tool_call: call = {} } = parsed.data;
      switch (type) {
        case 'system':
          model ||= parsed.data.model;
          session ||= parsed.data.session_id;
          return subtype === 'init' ? [`* started, model ${parsed.data.model || 'unknown'}`] : [];
        case 'assistant':
          return saidLine((message?.content ?? []).map((part) => part.text).join(''));
        case 'tool_call':
          return Object.entries(call).flatMap(([name, used]) => (subtype === 'started' ? describeStart(name, used, cwd) : describeEnd(used)));
        case 'result':
          last = parsed.data;
          return [endLine(outcome(), `${(last.duration_ms / 1000).toFixed(1)} s`)];
        default:
          return [];
      }
    },
    session: () => session || undefined,
    outcome,
  };
}

function outcomeOf({ is_error: isError, subtype, result, usage: used }: CursorEvent, model: string): AgentOutcome {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = used ?? {};
  return {
    ended: true,
    // What Cursor bills is its own price, and not that of the model's provider: only a table of the user's knows it.
    ...tokensOf([{ model: model && `cursor:${model}`, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens }]),
    ...(result && !isError && { response: result }),
    ...((isError || subtype !== 'success') && { failure: modelFailure('Cursor', result) }),
  };
}

/** Its own tools are called `readToolCall` and alike, all others `function`. */
function describeStart(name: string, { args, name: functionName, arguments: given }: z.infer<typeof tool>, cwd: string): string[] {
  const said = args['command'] ?? args['path'] ?? args['pattern'] ?? args['query'] ?? args['url'];
  const argument = typeof said === 'string' ? said : given;
  return [toolLine(functionName || name.replace(/ToolCall$/, ''), argument.startsWith(`${cwd}/`) ? relative(cwd, argument) : argument)];
}

function describeEnd({ result }: z.infer<typeof tool>): string[] {
  if (result?.error) return [toolErrorLine(String(result.error['message'] ?? result.error['errorMessage'] ?? 'it failed'))];
  const output = result?.success?.['content'] ?? result?.success?.['stdout'];
  return typeof output === 'string' ? [resultLine(output)] : [];
}
