import type { Script } from '../../src/testing/scripted-model.ts';
import type { ToolCall } from '../../src/testing/wire-format.ts';

/** What agents try that were talked into it. The first line of each output is in the log. */
export const LEAKS = [
  'env',
  'cat "$KELOS_GITHUB_TOKEN_FILE"',
  'echo "$DATABASE_URL"',
  'echo "$KELOS_MCP_SERVERS"',
  'grep pl4nted /kelos/git-ssh/ssh-privatekey',
  'cat ~/.claude.json ~/.codex/* ~/.gemini/settings.json ~/.config/opencode/*.json ~/.cursor/mcp.json 2>/dev/null | tr -d "\\n"',
  'node -p "Buffer.from(process.env.GITHUB_TOKEN).toString(\'base64\')"',
  'node -p "encodeURIComponent(process.env.DATABASE_URL)"',
];
/** The work itself; git may hold what an agent commits. */
export const WORK = 'id -u > USER.md && git add --all && git commit --quiet --message "docs: facts" --message "$GITHUB_TOKEN" && git push --quiet origin HEAD';

/** How each of them runs a command: the tool that it offers to its model, and what that wants to be told. */
const SHELLS: Readonly<Record<string, readonly [tool: string, input: (command: string) => ToolCall['input']]>> = {
  'claude-code': ['Bash', (command) => ({ command, description: 'Runs it' })],
  'codex': ['exec_command', (cmd) => ({ cmd })],
  'gemini': ['run_shell_command', (command) => ({ command })],
  'opencode': ['bash', (command) => ({ command, description: 'Runs it' })],
};

/** A model for all of them, that has each tell the secrets it was given, as many ways as are known, and do its work all the same. */
export function hostileScript(givenTo: (type: string) => readonly string[]): Script {
  return ({ tools }) => {
    const [type, [tool, input]] = Object.entries(SHELLS).find(([, [name]]) => tools.includes(name)) ?? ['', ['', () => ({})]];
    // Some ask for a title first, without tools.
    if (type === '') return [{ text: 'Facts' }];
    const given = givenTo(type);
    const shell = (command: string) => ({ name: tool, input: input(command) });
    const told = given.flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(`bot:${secret}`).toString('base64')]).join(' ');
    return [{ text: `I was told ${given[0]}.`, tools: LEAKS.map(shell) }, { text: given.join('\n'), tools: [shell(WORK)] }, { text: `It is done. ${told}` }];
  };
}
