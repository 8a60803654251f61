import type { Script } from '@taskwright/runtime/testing';

const WORDS = [
  { word: 'Task', meaning: 'One piece of work for an agent.' },
  { word: 'Workspace', meaning: 'The repository that an agent gets a clone of.' },
  { word: 'Spawner', meaning: 'Makes Tasks of events.' },
];
const PLAN = { words: WORDS, audience: 'users', risky: false };

/**
 * What the model says where no key for a real one is at hand. The planner forgets one of its outputs at first, as models do: it is told which, and
 * leaves it the second time.
 */
export const script: Script = ({ prompt, cwd }) => {
  const [, outputs] = /in the file (\S+)\./.exec(prompt) ?? [];
  if (outputs !== undefined) {
    const leaves = (plan: object) => ({ tools: [{ name: 'Bash', input: { command: `echo '${JSON.stringify(plan)}' > ${outputs}`, description: 'Leave the plan' } }] });
    const { risky: _, ...forgetful } = PLAN;
    return [leaves(forgetful), { text: 'The plan is made.' }, leaves(PLAN), { text: 'Now it says what is risky.' }];
  }
  const words = JSON.parse(prompt.split('\n').find((line) => line.startsWith('['))!) as typeof WORDS;
  const page = ['# Glossary', '', ...words.map(({ word, meaning }) => `- **${word}**: ${meaning}`), ''].join('\n');
  return [
    { text: 'I write the page.', tools: [{ name: 'Write', input: { file_path: `${cwd}/GLOSSARY.md`, content: page } }] },
    { tools: [{ name: 'Bash', input: { command: 'git add GLOSSARY.md && git commit --quiet -m "docs: a glossary" && git push --quiet origin HEAD', description: 'Commit and push' } }] },
    { text: 'GLOSSARY.md explains three words; it is committed and pushed.' },
  ];
};
