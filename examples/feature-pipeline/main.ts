import { App, Chart } from 'cdk8s';
import { AgentPipeline, CodingAgent, Credentials, Output, SecretRef, Workspace } from 'cdk8s-taskwright';

const app = new App();
const chart = new Chart(app, 'feature-pipeline');

/** What is given here holds for each stage that does not say it itself. All work on one branch: a stage goes on from what the one before it pushed. */
const glossary = new AgentPipeline(chart, 'glossary', {
  metadata: { name: 'glossary' },
  agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) }),
  workspace: new Workspace(chart, 'repo', { repo: 'https://github.com/taskwright/taskwright.git' }),
  branch: 'docs/glossary',
});

const plan = glossary.addStage('plan', {
  prompt: 'Plan a page GLOSSARY.md that explains three words of this repository. Change nothing.',
  outputs: {
    words: Output.list({
      description: 'What the page explains, in the order of the page',
      of: Output.object({ word: Output.text(), meaning: Output.text({ description: 'One sentence', maxLength: 200 }) }),
      minItems: 3,
      maxItems: 3,
    }),
    audience: Output.oneOf(['users', 'contributors'], { description: 'For whom the page is written' }),
  },
});

/** Reads results of the plan, and so waits for it. Nobody writes down an order, or the name of a Task. */
const write = glossary.addStage('write', {
  prompt: `Write GLOSSARY.md for ${plan.output('audience')}, commit it and push the branch. It explains these words:\n${plan.output('words')}`,
});

const review = glossary.addStage('review', {
  prompt: `Review commit ${write.commit} of ${write.branch}: does GLOSSARY.md explain what was planned? Change nothing. The plan:\n${plan.output('words')}`,
  outputs: {
    approved: Output.boolean({ description: 'Whether it can be merged as it is' }),
    remarks: Output.list({ description: 'What to change, one remark per item' }),
  },
});

/** A result is a text to a template, which can decide by it. */
glossary.addStage('finish', {
  prompt: [
    `{{if eq ${review.output('approved')} "true"}}GLOSSARY.md is approved. Link to it from the end of README.md, and change nothing else.`,
    `{{else}}Change GLOSSARY.md as the review asks: ${review.output('remarks')}`,
    '{{end}}Commit it and push the branch.',
  ].join('\n'),
});

app.synth();
