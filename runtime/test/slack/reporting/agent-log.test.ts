import { describe, expect, test } from 'vitest';
import { type LogNews, readNews } from '../../../src/slack/reporting/agent-log.ts';

async function* chunks(text: string, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
const news = async (agent: string, ...lines: readonly (object | string)[]) => {
  const { said, activity } = await readNews(agent, chunks(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')));
  return { said, activity };
};
const assistant = (...content: object[]) => ({ type: 'assistant', message: { content } });
const text = (said: string) => ({ type: 'text', text: said });
const tool = (name: string, input: object = {}) => ({ type: 'tool_use', name, input });

describe('the events of an agent tell', () => {
  test.each<[string, string, (object | string)[], LogNews]>([
    ['what Claude said last', 'claude-code', [assistant(text('one')), assistant(text('two'), text('three'))], { said: 'two\nthree', activity: '' }],
    ['what it said before it used a tool', 'claude-code', [assistant(text('one')), assistant(tool('Bash', { command: 'ls' }))], { said: 'one', activity: 'Running `ls`...' }],
    ['that it spoke after the tool', 'claude-code', [assistant(tool('Bash')), assistant(text('one'))], { said: 'one', activity: '' }],
    ['the same of Cursor', 'cursor', [assistant(text('one'))], { said: 'one', activity: '' }],
    ['the same of an agent without a name', '', [assistant(text('one'))], { said: 'one', activity: '' }],
    ['nothing of one that is not known', 'own', [assistant(text('one'))], { said: '', activity: '' }],
    ['nothing of what is no event', 'claude-code', ['npm warn', '{ broken', '{"type":7}', assistant(text('one')), '', '[]'], { said: 'one', activity: '' }],
    ['what Codex said', 'codex', [{ type: 'item.started', item: { type: 'command_execution', command: 'ls' } }, { type: 'item.completed', item: { type: 'agent_message', text: 'one' } }], { said: 'one', activity: '' }],
    ['what Codex does', 'codex', [{ type: 'item.completed', item: { type: 'agent_message', text: 'one' } }, { type: 'item.started', item: { type: 'command_execution', command: 'npm test' } }], { said: 'one', activity: 'Running `npm test`...' }],
    ['what Gemini said, whole', 'gemini', [{ type: 'message', role: 'assistant', content: 'one' }, { type: 'message', role: 'assistant', delta: true, content: 'tw' }, { type: 'message', role: 'user', content: 'no' }], { said: 'one', activity: '' }],
    ['what Gemini does', 'gemini', [{ type: 'tool_use', tool_name: 'ReadFile', parameters: { path: '/w/src/a.ts' } }], { said: '', activity: 'Reading `src/a.ts`...' }],
    ['that Gemini searches', 'gemini', [{ type: 'tool_use', tool_name: 'Grep', parameters: { pattern: 'x' } }], { said: '', activity: 'Searching...' }],
    ['what OpenCode said', 'opencode', [{ type: 'step_start' }, { type: 'text', text: 'one' }], { said: 'one', activity: '' }],
    ['what newer versions of OpenCode said', 'opencode', [{ type: 'text', part: { text: 'one' } }], { said: 'one', activity: '' }],
    ['that OpenCode works', 'opencode', [{ type: 'text', text: 'one' }, { type: 'step_start' }], { said: 'one', activity: 'Working...' }],
  ])('%s', async (_, agent, lines, expected) => {
    expect(await news(agent, ...lines)).toEqual(expected);
  });

  test('what comes after an event of several megabytes', async () => {
    const large = JSON.stringify(assistant(text('x'.repeat(5_000_000))));
    const huge = JSON.stringify(assistant(text('y'.repeat(9_000_000))));
    const { said } = await readNews('claude-code', chunks(`${large}\n${huge}\n`, 65_536));
    expect(said.length).toBe(5_000_000);
  });
});

describe('the lines that our own agents print tell', () => {
  test.each<[string, string[], LogNews]>([
    ['what was said last', ['* started, model opus', 'I look at it', '> Bash ls', '  a.ts (+3 lines)', 'Now I know'], { said: 'Now I know', activity: '' }],
    ['what is done', ['* started, model opus', 'I look at it', '> Edit src/deep/main.ts', '  ok', '! the model endpoint did not answer'], { said: 'I look at it', activity: 'Editing `deep/main.ts`...' }],
    ['what is done by another name', ['> run_shell_command npm test'], { said: '', activity: 'Running `npm test`...' }],
    ['nothing of an image that prints something else', ['Compiling...', 'warning: unused'], { said: '', activity: '' }],
  ])('%s', async (_, lines, expected) => {
    expect(await news('claude-code', ...lines)).toEqual(expected);
  });
});
