import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StepError, oneLine } from '../step-error.ts';
import type { AgentAdapter, AgentCommand, AgentInput } from './adapter.ts';
import { claudeEvents } from './claude-events.ts';

/** Claude Code. */
export const claudeCode: AgentAdapter = {
  type: 'claude-code',
  configure,
  command,
  reader: ({ cwd }) => claudeEvents(cwd),
};

async function configure({ env }: AgentInput): Promise<void> {
  const { directory, userConfig } = placesOf(env);
  await mkdir(directory, { recursive: true });
  if (env.KELOS_AGENTS_MD) await writeFile(join(directory, 'CLAUDE.md'), env.KELOS_AGENTS_MD);
  if (env.KELOS_MCP_SERVERS) await addMcpServers(env.KELOS_MCP_SERVERS, userConfig);
}

async function command({ env, pluginDir, prompt, isRoot }: AgentInput): Promise<AgentCommand> {
  const args = ['--dangerously-skip-permissions', '--output-format', 'stream-json', '--verbose', '-p'];
  if (env.KELOS_MODEL) args.push('--model', env.KELOS_MODEL);
  if (env.KELOS_EFFORT) args.push('--effort', env.KELOS_EFFORT);
  for (const plugin of await pluginsIn(pluginDir)) args.push('--plugin-dir', plugin);
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

/** Merged into the user's configuration, as `claude mcp add --scope user` does. Values may be secrets: the file is the user's alone. */
async function addMcpServers(servers: string, path: string): Promise<void> {
  const added = objectIn(servers)?.mcpServers;
  if (added === undefined) throw new StepError('KELOS_MCP_SERVERS: not a JSON object with "mcpServers"', 2);
  const config = objectIn(await readFile(path, 'utf8').catch(() => '{}')) ?? {};
  const mcpServers = { ...(config.mcpServers as object | undefined), ...(added as object) };
  try {
    await writeFile(path, JSON.stringify({ ...config, mcpServers }, null, 2), { mode: 0o600 });
  } catch (error) {
    throw new StepError(`cannot write the MCP servers to ${path}: ${oneLine((error as Error).message)}`);
  }
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

async function pluginsIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${join(directory, name)}/`).sort();
}
