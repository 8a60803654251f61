import type { Script } from '@taskwright/runtime/testing';

const WORDS = [
  { word: 'Task', meaning: 'One piece of work for an agent.' },
  { word: 'Stage', meaning: 'A step of a pipeline, that knows what those before it left.' },
  { word: 'Result', meaning: 'What a stage leaves, by name.' },
];

/** What the model says where no key for a real one is at hand: one answer for each stage. */
export const script: Script = ({ prompt, cwd }) => {
  const run = (command: string, description: string) => ({ tools: [{ name: 'Bash', input: { command, description } }] });
  const [, outputs] = /in the file (\S+)\./.exec(prompt) ?? [];
  const leave = (left: object) => run(`echo '${JSON.stringify(left)}' > ${outputs}`, 'Leave the outputs');
  const push = (subject: string) => run(`git add -A && git commit --quiet -m "${subject}" && git push --quiet origin HEAD`, 'Commit and push');

  if (prompt.startsWith('Plan')) return [leave({ words: WORDS, audience: 'users' }), { text: 'The page is planned.' }];
  if (prompt.startsWith('Write')) {
    const words = JSON.parse(prompt.split('\n').find((line) => line.startsWith('['))!) as typeof WORDS;
    const page = ['# Glossary', '', ...words.map(({ word, meaning }) => `- **${word}**: ${meaning}`), ''].join('\n');
    return [{ tools: [{ name: 'Write', input: { file_path: `${cwd}/GLOSSARY.md`, content: page } }] }, push('docs: a glossary'), { text: 'GLOSSARY.md is pushed.' }];
  }
  if (prompt.startsWith('Review')) {
    const [, commit] = /commit (\S+)/.exec(prompt)!;
    return [run(`git show --stat ${commit}`, 'What the commit changed'), leave({ approved: true, remarks: [] }), { text: 'It explains what was planned.' }];
  }
  return [run('echo "Words are explained in [GLOSSARY.md](GLOSSARY.md)." >> README.md', 'Link to the page'), push('docs: the glossary is linked'), { text: 'README.md links to it.' }];
};
