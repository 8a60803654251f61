/**
 * What it takes to read a delivery of GitHub, to hold it against 100 TaskSpawners and to make the events of those that wait for it, against reading it with `JSON.parse`
 * alone, which is the least that a delivery costs.
 *
 *     npx projen compile && node --conditions=taskwright-source bench/github-webhook.ts
 *
 * Both run in this process in alternating rounds. Every tenth spawner matches, as where many listen to one repository.
 */
import { readFileSync } from 'node:fs';
import { type SourceContext, githubWebhook } from '@taskwright/runtime/operator';
import { figure, median } from './figure.ts';

const SPAWNERS = 100;
const ROUNDS = 41;
const DELIVERIES = 100;

const body = readFileSync(new URL('../runtime/test/payloads/pull_request.opened.json', import.meta.url), 'utf8');
type Config = Parameters<typeof githubWebhook.match>[0];

const configs = Array.from({ length: SPAWNERS }, (_, index): Config => ({
  events: ['pull_request', 'issue_comment'],
  repository: 'acme/shop',
  excludeAuthors: ['shop-bot[bot]'],
  excludeFilters: [{ author: 'dependabot[bot]' }],
  filters: [
    { event: 'issue_comment', bodyPattern: '^/bot' },
    { event: 'pull_request', action: 'opened', branch: 'fix-*', labels: ['bug'], bodyPattern: index % 10 === 0 ? '(?i)fixes #\\d+' : `(?i)closes #${index}` },
  ],
}));

/** Nothing is missing of this delivery, so nobody is asked. */
const contexts = configs.map((githubWebhookConfig, index) => ({
  spawner: { metadata: { name: `workers-${index}`, namespace: 'shop' }, spec: { suspend: false, when: { githubWebhook: githubWebhookConfig }, taskTemplate: { promptTemplate: 'Review #{{.Number}}: {{.Title}}', branch: '{{.Branch}}' } } },
}) as SourceContext);

let taken = 0;
const parse = () => JSON.parse(body) as Record<string, unknown>;
const match = async () => {
  const delivery = { id: `delivery-${taken}`, event: 'pull_request', payload: parse() };
  for (const [index, config] of configs.entries()) {
    const event = await githubWebhook.match(config, delivery, contexts[index]!);
    if ('variables' in event) taken += 1;
  }
};

const rounds: { readonly parse: number; readonly match: number }[] = [];
for (let round = -5; round < ROUNDS; round++) {
  const swapped = round % 2 !== 0;
  const first = await microseconds(swapped ? parse : match);
  const second = await microseconds(swapped ? match : parse);
  if (round >= 0) rounds.push(swapped ? { parse: first, match: second } : { parse: second, match: first });
}
if (taken === 0) throw new Error('no spawner has taken the delivery');

const parsing = median(rounds.map((round) => round.parse));
const matching = median(rounds.map((round) => round.match));
figure('github-webhook', `a delivery: its body read, ${SPAWNERS} spawners asked, the events of those that take it`, matching, 'µs');
figure('github-webhook', `JSON.parse of its ${Math.round(body.length / 1024)} KiB`, parsing, 'µs');
figure('github-webhook', 'the whole over JSON.parse', matching / parsing, 'ratio');

/** One delivery, on the average of many. */
async function microseconds(act: () => unknown): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < DELIVERIES; index++) await act();
  return ((performance.now() - start) * 1000) / DELIVERIES;
}
