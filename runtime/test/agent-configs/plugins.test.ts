import type { AgentConfigSpec } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { mergeAgentConfigs } from '../../src/agent-configs/merge.ts';
import { PLUGIN_CONTENT_LIMIT_BYTES, pluginFiles } from '../../src/agent-configs/plugins.ts';

const filesOf = (spec: AgentConfigSpec) => pluginFiles(mergeAgentConfigs([{ metadata: {}, spec }]));

test('each skill and agent is a key with the path it is mounted at', () => {
  const files = filesOf({
    plugins: [{ name: 'tools', skills: [{ name: 'deploy', content: 'D' }], agents: [{ name: 'critic', content: 'C' }] }, { name: 'more', agents: [{ name: 'x', content: 'X' }] }],
  });
  expect(files).toEqual({
    data: { 'p0-s0': 'D', 'p0-a0': 'C', 'p1-a0': 'X' },
    items: [
      { key: 'p0-s0', path: 'tools/skills/deploy/SKILL.md' },
      { key: 'p0-a0', path: 'tools/agents/critic.md' },
      { key: 'p1-a0', path: 'more/agents/x.md' },
    ],
  });
});

test.each([
  { it: 'an empty plugin name', spec: { plugins: [{ name: '' }] }, error: 'plugin name is empty' },
  { it: 'a slash', spec: { plugins: [{ name: 'a/b' }] }, error: 'plugin name "a/b" contains path separators' },
  { it: 'a way up', spec: { plugins: [{ name: 'a', skills: [{ name: '..', content: '' }] }] }, error: 'skill name ".." is a path traversal' },
  { it: 'a backslash', spec: { plugins: [{ name: 'a', agents: [{ name: 'a\\b', content: '' }] }] }, error: 'agent name "a\\b" contains path separators' },
  {
    it: 'the name that skills are installed under',
    spec: { plugins: [{ name: 'skills-sh' }], skills: [{ source: 'o/r' }] },
    error: 'plugin name "skills-sh" is reserved for skills.sh packages when spec.skills is set',
  },
])('refuses $it', ({ spec, error }) => {
  expect(() => filesOf(spec)).toThrow(`invalid plugin configuration: ${error}`);
});

test('content fills the budget to the last byte, and not one more', () => {
  const plugin = (length: number) => ({ plugins: [{ name: 'a', skills: [{ name: 's', content: 'x'.repeat(length) }] }] });
  expect(() => filesOf(plugin(PLUGIN_CONTENT_LIMIT_BYTES))).not.toThrow();
  expect(() => filesOf(plugin(PLUGIN_CONTENT_LIMIT_BYTES + 1))).toThrow(
    'plugin content totals 921601 bytes, exceeding the 921600 byte ConfigMap budget; reduce skill/agent content size',
  );
});
