import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-34';
import { CodingAgent, Credentials, Task, Workspace } from 'cdk8s-taskwright';

// Four mistakes, all of which compile. `npx taskwright dev examples/mistakes` names them at once, before anything runs.

const app = new App();
const chart = new Chart(app, 'fleet');
const elsewhere = new Workspace(new Chart(new App(), 'x'), 'shop', { repo: 'https://github.com/acme/shop.git' });
const key = new Secret(chart, 'claude', { stringData: { 'api-key': 'x' } });

new Task(chart, 'fix-rounding', {
  agent: CodingAgent.claudeCode({
    credentials: Credentials.apiKey(key),
    podOverrides: { volumes: [{ name: 'workspace', emptyDir: {} }] },
  }),
  workspace: elsewhere,
  prompt: 'Prices are rounded twice.',
  ttlSecondsAfterFinished: -1,
});
app.synth();
