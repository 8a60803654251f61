import type { AgentConfigSpec } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { mergeAgentConfigs } from '../../src/agent-configs/merge.ts';

const config = (spec: AgentConfigSpec) => ({ metadata: {}, spec });
const server = (name: string, url: string) => ({ name, type: 'http' as const, url });

test('nothing merges to nothing', () => {
  expect(mergeAgentConfigs([])).toEqual({ agentsMD: '', plugins: [], skills: [], mcpServers: [] });
});

test('instructions are joined by a blank line, and empty ones leave no gap', () => {
  expect(mergeAgentConfigs([config({ agentsMD: 'one' }), config({ agentsMD: '' }), config({ agentsMD: 'two' })]).agentsMD).toBe('one\n\ntwo');
});

test('plugins and skills are added up', () => {
  const merged = mergeAgentConfigs([config({ plugins: [{ name: 'a' }], skills: [{ source: 'o/a' }] }), config({ plugins: [{ name: 'a' }], skills: [{ source: 'o/a' }] })]);
  expect([merged.plugins.length, merged.skills.length]).toEqual([2, 2]);
});

test('a later MCP server replaces an earlier one at its place', () => {
  const merged = mergeAgentConfigs([config({ mcpServers: [server('a', '1'), server('b', '1')] }), config({ mcpServers: [server('a', '2'), server('c', '1')] })]);
  expect(merged.mcpServers).toEqual([server('a', '2'), server('b', '1'), server('c', '1')]);
});

test('a name that is twice in a single AgentConfig stays twice, to be refused', () => {
  expect(mergeAgentConfigs([config({ mcpServers: [server('a', '1'), server('a', '2')] })]).mcpServers).toHaveLength(2);
});
