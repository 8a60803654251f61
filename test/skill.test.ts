import { SecretRef, Skill } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';

test('a package says where it is, what is taken from it and who may', () => {
  expect(Skill.fromGitHub('acme/skills', { skill: 'review', token: SecretRef.fromName('gh') })._render()).toEqual({ source: 'acme/skills', skill: 'review', secretRef: { name: 'gh' } });
});

test.each([
  { skill: Skill.fromGitHub('acme/skills'), found: [] },
  { skill: Skill.fromGitHub('acme/skills/review'), found: ['pattern'] },
  { skill: Skill.fromGitHub('acme/' as 'acme/skills'), found: ['pattern'] },
  { skill: Skill.fromGit('https://git.example.com/skills.git'), found: [] },
  { skill: Skill.fromGit('https://git.example.com'), found: ['pattern'] },
  { skill: Skill.fromGit('git@git.example.com:skills' as 'https://x'), found: ['pattern'] },
])('$skill.source is judged $found', ({ skill, found }) => {
  expect(skill._check('skill').map(({ code }) => code)).toEqual(found);
});
