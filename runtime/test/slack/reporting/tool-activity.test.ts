import { expect, test } from 'vitest';
import { toolActivity } from '../../../src/slack/reporting/tool-activity.ts';

test.each<[string, string, string]>([
  ['Read', '/workspace/repo/src/main.ts', 'Reading `src/main.ts`...'],
  ['Write', 'main.ts', 'Writing `main.ts`...'],
  ['Edit', '', 'Editing file...'],
  ['Read', '', 'Reading file...'],
  ['Write', '', 'Writing file...'],
  ['Bash', 'npm test', 'Running `npm test`...'],
  ['Bash', `echo ${'x'.repeat(60)}`, `Running \`echo ${'x'.repeat(44)}…\`...`],
  ['Bash', 'a\nb', 'Running `a b`...'],
  ['Bash', '', 'Running command...'],
  ['Shell', '', 'Running command...'],
  ['Glob', '**/*.ts', 'Searching for `**/*.ts`...'],
  ['Glob', '', 'Searching files...'],
  ['Grep', '', 'Searching code...'],
  ['WebFetch', 'https://x.test', 'Fetching web page...'],
  ['WebSearch', 'slack limits', 'Searching `slack limits`...'],
  ['WebSearch', '', 'Searching the web...'],
  ['Task', 'x', 'Managing tasks...'],
  ['mcp__git__<!here>', '', 'Using mcp__git__&lt;!here&gt;...'],
  ['Bash', 'echo `<!channel>`', "Running `echo '&lt;!channel&gt;'`..."],
])('%s of %j is %j', (tool, argument, activity) => {
  expect(toolActivity(tool, argument)).toBe(activity);
});
