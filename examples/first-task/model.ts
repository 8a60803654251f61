import type { Script } from '@taskwright/runtime/testing';

const COUNT = "git ls-files | sed -n 's|/.*||p' | sort | uniq -c | awk '{ print \"- \" $2 \": \" $1 \" files\" }'";

/**
 * What the model says where no key for a real one is at hand. Only the words are scripted: the agent is the real Claude Code,
 * and the files it writes, the commands it runs and the commit it pushes are real.
 */
export const script: Script = ({ cwd }) => [
  {
    text: 'I count the tracked files of each folder first.',
    tools: [{ name: 'Bash', input: { command: COUNT, description: 'Count tracked files per folder' } }],
    usage: { inputTokens: 2_100, outputTokens: 90 },
  },
  {
    text: 'Now I write the file.',
    tools: [{ name: 'Write', input: { file_path: `${cwd}/FOLDERS.md`, content: '# Folders\n\nTracked files of each top-level folder:\n\n' } }],
    usage: { inputTokens: 2_300, outputTokens: 110 },
  },
  {
    tools: [{ name: 'Bash', input: { command: `${COUNT} >> FOLDERS.md && cat FOLDERS.md`, description: 'Add the counts' } }],
    usage: { inputTokens: 2_500, outputTokens: 80 },
  },
  {
    text: 'The numbers are right. I commit and push.',
    tools: [{
      name: 'Bash',
      input: {
        command: 'git add FOLDERS.md && git -c user.name=Claude -c user.email=claude@example.com commit --quiet -m "docs: what each folder holds" && git push --quiet origin HEAD && git log --oneline -1',
        description: 'Commit and push',
      },
    }],
    usage: { inputTokens: 2_800, outputTokens: 120 },
  },
  { text: 'FOLDERS.md lists every top-level folder with its number of tracked files; it is committed and pushed.', usage: { inputTokens: 3_000, outputTokens: 60 } },
];
