import { App, Chart } from 'cdk8s';
import { CodingAgent, Credentials, Output, SecretRef, Task, Workspace } from 'cdk8s-taskwright';

const app = new App();
const chart = new Chart(app, 'plan-then-implement');

const repo = new Workspace(chart, 'repo', { repo: 'https://github.com/taskwright/taskwright.git' });
const claude = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });

/** Reads and decides. What it has to leave is declared: the agent is told, and what it leaves is checked before anybody builds on it. */
const plan = new Task(chart, 'plan', {
  metadata: { name: 'plan' },
  agent: claude,
  workspace: repo,
  prompt: 'Plan a page GLOSSARY.md that explains three words of this repository. Change nothing.',
  outputs: {
    words: Output.list({
      description: 'What the page explains, in the order of the page',
      of: Output.object({ word: Output.text(), meaning: Output.text({ description: 'One sentence', maxLength: 200 }) }),
      minItems: 3,
      maxItems: 3,
    }),
    audience: Output.oneOf(['users', 'contributors'], { description: 'For whom the page is written' }),
    risky: Output.boolean({ description: 'Whether an existing page would have to change' }),
  },
});

/** Does what was decided. A result that the plan does not declare would be a mistake at synth. */
new Task(chart, 'implement', {
  metadata: { name: 'implement' },
  agent: claude,
  workspace: repo,
  branch: 'docs/glossary',
  dependsOn: [plan],
  prompt: [
    `Write GLOSSARY.md for ${plan.result('audience')}. It explains these words:`,
    plan.result('words'),
    `{{if eq .Deps.plan.Results.risky "true"}}Ask before you change any other file.{{else}}Change no other file.{{end}} Commit it and push the branch.`,
  ].join('\n'),
});

app.synth();
