#!/usr/bin/env node
/**
 * In the place of Cursor's program, which npm does not have. It wants to be called and configured as its maker documents, runs the lines of its prompt as shell
 * commands, and tells of them in the documented events. It proves image, entry point, configuration and capture; it proves nothing of Cursor itself.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const FLAGS = ['--model', 'gpt-5.5', '-p', '--force', '--trust', '--sandbox', 'disabled', '--output-format', 'stream-json', '--approve-mcps'];
const flags = process.argv.slice(2, -1);
if (flags.join(' ') !== FLAGS.join(' ')) throw new Error(`called with ${flags.join(' ')}`);

const inHome = (...path) => readFileSync(join(homedir(), '.cursor', ...path), 'utf8');
const facts = {
  instructions: inHome('AGENTS.md'),
  skill: inHome('skills', 'house:release', 'SKILL.md'),
  servers: Object.keys(JSON.parse(inHome('mcp.json')).mcpServers).sort().join(),
};

const tell = (event) => process.stdout.write(`${JSON.stringify({ ...event, session_id: 'c6b62c6f-7ead-4fd6-9922-e952131177ff' })}\n`);
const say = (text) => tell({ type: 'assistant', message: { role: 'assistant', content: [{ type: 'text', text }] } });
tell({ type: 'system', subtype: 'init', apiKeySource: 'env', cwd: process.cwd(), model: 'GPT-5.5', permissionMode: 'default' });
say(`${facts.instructions} ${facts.skill} servers: ${facts.servers}`);

const words = [];
for (const command of process.argv.at(-1).split('\n')) {
  const call = { call_id: `toolu_${words.length}` };
  tell({ type: 'tool_call', subtype: 'started', ...call, tool_call: { shellToolCall: { args: { command } } } });
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  const result = status === 0 ? { success: { stdout, stderr, exitCode: 0 } } : { error: { message: `exit code ${status}: ${stderr}` } };
  tell({ type: 'tool_call', subtype: 'completed', ...call, tool_call: { shellToolCall: { args: { command }, result } } });
  words.push(stdout);
}

// What is no event goes to both streams, in two writes, as output of programs that it started would.
for (const stream of [process.stdout, process.stderr]) for (const part of [words.join('').slice(0, 30), words.join('').slice(30), '\n']) stream.write(part);
const last = `It is done. ${words.join(' ')}`;
say(last);
tell({ type: 'result', subtype: 'success', duration_ms: 5_234, is_error: false, result: last, usage: { inputTokens: 1_200, outputTokens: 300, cacheReadTokens: 4_000, cacheWriteTokens: 0 } });
