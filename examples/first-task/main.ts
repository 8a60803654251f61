import { App, Chart } from 'cdk8s';
import { CodingAgent, Credentials, SecretRef, Task, Workspace } from 'cdk8s-taskwright';

const app = new App();
const chart = new Chart(app, 'first-task');

/** What every agent gets: a clone of its own, with a branch to push to. */
const repo = new Workspace(chart, 'repo', {
  repo: 'https://github.com/taskwright/taskwright.git',
});

/** Claude Code; its key is in the Secret "claude", under ANTHROPIC_API_KEY. */
const claude = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });

/** Any image with a /kelos_entrypoint.sh is an agent, with or without a model in it. */
const lineCounter = CodingAgent.custom('example.com/line-counter:1', { credentials: Credentials.none() });

new Task(chart, 'map-the-folders', {
  metadata: { name: 'map-the-folders' },
  agent: claude,
  workspace: repo,
  branch: 'docs/folders',
  prompt: [
    'Write FOLDERS.md: one line per top-level folder of this repository, with the number of tracked files in it.',
    'Check the numbers with git, commit the file, and push the branch.',
  ].join('\n'),
});

new Task(chart, 'count-the-lines', {
  metadata: { name: 'count-the-lines' },
  agent: lineCounter,
  workspace: repo,
  branch: 'docs/lines',
  prompt: 'Count the lines of TypeScript per top-level folder into LINES.md',
});

app.synth();
