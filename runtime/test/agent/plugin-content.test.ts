import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { agentsIn, copySkills, distinctAgentsIn, pluginsIn, readAgentFile, skillsIn } from '../../src/agent/plugin-content.ts';
import { temporaryDirectory } from './git-fixture.ts';

function aDirectory(files: Record<string, string>): string {
  const dir = temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  return dir;
}

test('skills and agents are found in every plugin, and nothing else is', async () => {
  const dir = aDirectory({
    'b/skills/two/SKILL.md': '', 'a/skills/one/SKILL.md': '', 'a/skills/no-skill/README.md': '', 'a/agents/helper.md': '', 'a/agents/notes.txt': '', 'file': '',
  });
  expect(await pluginsIn(dir)).toEqual(['a', 'b']);
  expect((await skillsIn(dir)).map(({ plugin, name }) => `${plugin}:${name}`)).toEqual(['a:one', 'b:two']);
  expect((await agentsIn(dir)).map(({ plugin, name }) => `${plugin}:${name}`)).toEqual(['a:helper']);
  expect(await pluginsIn(join(dir, 'none'))).toEqual([]);
});

test('a skill is copied whole, over an earlier copy', async () => {
  const dir = aDirectory({ 'sea/skills/harpoon/SKILL.md': 'Aim.', 'sea/skills/harpoon/references/deep/whales.md': 'Large.' });
  const target = aDirectory({ 'sea:harpoon/stale.md': 'old', 'theirs/SKILL.md': 'kept' });
  await copySkills(dir, target);
  expect(readFileSync(join(target, 'sea:harpoon', 'references', 'deep', 'whales.md'), 'utf8')).toBe('Large.');
  expect(existsSync(join(target, 'sea:harpoon', 'stale.md'))).toBe(false);
  expect(existsSync(join(target, 'theirs', 'SKILL.md'))).toBe(true);
});

test('two skills of one name are refused', async () => {
  const dir = aDirectory({ 'alpha/skills/bravo:charlie/SKILL.md': '', 'alpha:bravo/skills/charlie/SKILL.md': '' });
  await expect(copySkills(dir, temporaryDirectory())).rejects.toThrow('skills: "alpha/bravo:charlie" and "alpha:bravo/charlie" both become "alpha:bravo:charlie"; rename one of them');
});

test('two agents of one name are refused where they are called without their plugin', async () => {
  const dir = aDirectory({ 'a/agents/helper.md': '', 'b/agents/helper.md': '', 'b/agents/other.md': '' });
  await expect(distinctAgentsIn(dir)).rejects.toThrow('agents: plugins "a" and "b" both have "helper"; rename one of them');
});

test.each([
  ['---\nname: x\ndescription: Knows whales\n---\nYou know.\n', 'Knows whales', 'You know.'],
  ['---\ndescription: "Knows: whales"\ntools: [a]\n---\n\nYou\nknow.', 'Knows: whales', 'You\nknow.'],
  ['---\ndescription: >-\n  Knows\n  whales\nname: x\n---\nYou know.', 'Knows whales', 'You know.'],
  ['No front matter.', '', 'No front matter.'],
  ['---\nname: x\n---\n--- not the end ---', '', '--- not the end ---'],
])('the file %j is a description and instructions', (text, description, instructions) => {
  expect(readAgentFile(text)).toEqual({ description, instructions });
});
