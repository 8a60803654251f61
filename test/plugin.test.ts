import { Plugin } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';

test('a plugin has a file per skill and per agent', () => {
  expect(Plugin.inline('house', { skills: { release: '# Release' }, agents: { tester: 'You test.' } })._render()).toEqual({
    name: 'house',
    skills: [{ name: 'release', content: '# Release' }],
    agents: [{ name: 'tester', content: 'You test.' }],
  });
});

test('its size is that of its texts in bytes, not in letters', () => {
  expect(Plugin.inline('house', { skills: { a: 'é' }, agents: { b: 'ab' } })._bytes).toBe(4);
  expect(Plugin.inline('house', {})._bytes).toBe(0);
});

test('every name becomes a directory or file', () => {
  const plugin = Plugin.inline('..', { skills: { 'a/b': '', 'ok': '' }, agents: { '': '' } });
  expect(plugin._check('plugin').map(({ path, got }) => `${path} ${got}`)).toEqual(['plugin.name ".."', 'plugin.skills "a/b"', 'plugin.agents ""']);
});
