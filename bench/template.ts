/**
 * What rendering a prompt of 4 kB costs, against finding and replacing the same places with `String.replace`, and against Go.
 *
 *     npx projen compile && node --conditions=taskwright-source bench/template.ts
 *
 * The operator renders a prompt once, so that parsing counts. Ours and `replace` run in this process in alternating rounds; Go renders
 * the same template over the same data in a process of its own, in the same run. No gc() between rounds: V8 throws compiled code away with it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { parseTemplate, renderTemplate, stringList, stringMap } from 'cdk8s-taskwright/template';
import { figure, median } from './figure.ts';

const PROMPT_BYTES = 4096;
const ROUNDS = 41;
const RENDERINGS = 200;

const head = `# Carry out the plan

Branch {{.Deps.plan.Results.branch}}, commit {{index .Deps "plan" "Results" "commit"}}.
{{range $i, $line := .Deps.plan.Outputs}}{{if $i}}, {{end}}{{$line}}{{end}}
{{with index .Deps "review-a" "Results" "verdict"}}The review says {{printf "%q" .}}.{{else}}There is no review.{{end}}
`;
const sentence = 'Write the test first, keep each commit small, and say in its message why and not what.\n';
const prompt = (head + sentence.repeat(Math.ceil(PROMPT_BYTES / sentence.length))).slice(0, PROMPT_BYTES);
const plan = { Name: 'plan', Outputs: ['branch: rounding', 'commit: 4f2a', 'pr: https://github.com/acme/shop/pull/7'], Results: { branch: 'rounding', commit: '4f2a' } };
const review = { Name: 'review-a', Outputs: [] as string[], Results: { verdict: 'looks "good"' } };

/** What the operator makes of the status of two Tasks. */
function dataOf() {
  const entries = [plan, review].map(({ Name, Outputs, Results }) => [Name, { Name, Outputs: stringList(Outputs), Results: stringMap(Results) }]);
  return { Deps: Object.fromEntries(entries) as Record<string, unknown> };
}

const byTemplate = () => renderTemplate(parseTemplate(prompt, 'prompt'), dataOf(), { missingKey: 'error' });
const rendered = byTemplate();
const actions = prompt.split('\n', 6).filter((line) => line.includes('{{'));
const lines = rendered.split('\n').slice(2, 5);
const byReplace = () => actions.reduce((text, action, index) => text.replace(action, () => lines[index]!), prompt);
if (byReplace() !== rendered) throw new Error('the two sides do not come to the same prompt');

const rounds: { readonly template: number; readonly replace: number }[] = [];
for (let round = -5; round < ROUNDS; round++) {
  const swapped = round % 2 !== 0;
  const first = microseconds(swapped ? byReplace : byTemplate);
  const second = microseconds(swapped ? byTemplate : byReplace);
  if (round >= 0) rounds.push(swapped ? { template: second, replace: first } : { template: first, replace: second });
}
const ours = median(rounds.map(({ template }) => template));
figure('template', `parse and render ${PROMPT_BYTES} bytes`, ours, 'µs');
figure('template', 'the same by String.replace', median(rounds.map(({ replace }) => replace)), 'µs');

const go = inGo();
if (go !== undefined) {
  figure('template', 'the same in Go', go, 'µs');
  figure('template', 'ours over Go', ours / go, 'ratio');
}

/** One rendering, on the average of many. */
function microseconds(render: () => string): number {
  let length = 0;
  const start = performance.now();
  for (let index = 0; index < RENDERINGS; index++) length += render().length;
  const ms = performance.now() - start;
  if (length !== RENDERINGS * rendered.length) throw new Error('a rendering has come out differently');
  return (ms * 1000) / RENDERINGS;
}

function inGo(): number | undefined {
  if (spawnSync('go', ['version']).status !== 0) {
    process.stderr.write('SKIPPED: the same in Go, since there is no `go` on the PATH\n');
    return undefined;
  }
  const Deps = Object.fromEntries([plan, review].map((left) => [left.Name, left]));
  const input = JSON.stringify({ prompt, Deps, rendered, rounds: ROUNDS, renderings: RENDERINGS });
  return Number(execFileSync('go', ['run', '.'], { cwd: new URL('template-go', import.meta.url).pathname, input, encoding: 'utf8' }));
}
