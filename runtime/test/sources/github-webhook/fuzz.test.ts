import { TemplateError, parseTemplate, renderTemplate } from 'cdk8s-taskwright/template';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import '../../seed.ts';
import { eventFacts } from '../../../src/sources/github-webhook/event-facts.ts';
import { eventVariables } from '../../../src/sources/github-webhook/event-variables.ts';
import { judge } from '../../../src/sources/github-webhook/matches.ts';
import type { TriggerConfig } from '../../../src/sources/source.ts';
import { aPayload, eventOfPayload, payloadNames } from './a-delivery.ts';

type Config = TriggerConfig<'githubWebhook'>;

const RUNS = 20_000;
/** It takes 8 s, and much longer where others work. */
const WITHIN_MS = 900_000;

/** What strangers may put where something else is expected. */
const hostile: readonly unknown[] = [
  null, 0, -1, 1e308, 2 ** 53, Number.MIN_VALUE, '', ' ', '\0', '\ud800', '\u202e', '🥚'.repeat(40), '{{.Title}}', '../../etc/passwd', '$(reboot)', `${'a'.repeat(5_000)}!`, true, [], {}, [[]], [null], { login: { login: {} } },
  JSON.parse('{"__proto__":{"login":"root"},"constructor":{"prototype":{}},"toString":"x"}'), { length: 2 ** 32, toString: 1 }, nested(1_000),
];

/** A thousand levels deep, as a list of maps of lists. */
function nested(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

const keys = ['__proto__', 'constructor', 'hasOwnProperty', 'issue', 'pull_request', 'comment', 'review', 'head', 'ref', 'number', 'labels', 'user', 'login', 'commits', 'added', 'check_run', 'pull_requests', 'created_at', 'body'];

interface Step {
  readonly at: readonly number[];
  readonly key: string | undefined;
  readonly value: unknown;
}

/** Goes down by numbers, whatever there is, and puts something there, or takes away what was. */
function mutated(payload: Record<string, unknown>, { at, key, value }: Step): Record<string, unknown> {
  let target: Record<string, unknown> = payload;
  for (const step of at) {
    const children = Object.values(target).filter((child) => typeof child === 'object' && child !== null);
    if (children.length === 0) break;
    target = children[step % children.length] as Record<string, unknown>;
  }
  const present = Object.keys(target);
  const name = key ?? present[(at[0] ?? 0) % Math.max(present.length, 1)];
  if (name === undefined) return payload;
  if (value === 'gone') delete target[name];
  else Object.defineProperty(target, name, { value: JSON.parse(JSON.stringify(value)) as unknown, enumerable: true, configurable: true, writable: true });
  return payload;
}

const steps: fc.Arbitrary<Step> = fc.record({
  at: fc.array(fc.nat(50), { maxLength: 4 }),
  key: fc.option(fc.constantFrom(...keys), { nil: undefined }),
  value: fc.oneof(fc.constantFrom(...hostile, 'gone'), fc.jsonValue({ maxDepth: 2 })),
});

const filters = fc.oneof(fc.constantFrom({ event: 'push', branch: '*' }, { event: 'push', filePatterns: { include: ['src/**'] } }), fc.record({
  event: fc.constantFrom('issues', 'issue_comment', 'pull_request', 'push', 'check_run'),
  action: fc.constantFrom('opened', ''),
  branch: fc.constantFrom('*', '[', '*a'.repeat(30), '\\'),
  tag: fc.constantFrom('v*', '[^'),
  labels: fc.constant(['bug']),
  bodyPattern: fc.constantFrom('(a+)+$', '(', '(?i)fix', '(.*)*x', '\\pL{1,100}'),
  excludeBodyPatterns: fc.constantFrom(['(a|a)*b'], ['[']),
  checkName: fc.constantFrom('b*', '['),
  filePatterns: fc.constantFrom({ include: ['**/*.ts'] }, { exclude: ['['] }),
  draft: fc.boolean(),
}, { requiredKeys: ['event'] }));

const templates = [
  '{{.Title}} {{.ID}} {{.ChangedFiles}} {{with index . "Body"}}{{.}}{{end}} {{with index . "Number"}}{{printf "%d" .}}{{end}}',
  '{{.Payload.Issue.User.Login}}', '{{.Payload.GetIssue.GetUser.GetLogin}}', '{{.Payload}}', '{{range .Payload.Commits}}{{.ID}} {{.Author.Login}} {{.Added}}{{end}}', '{{.Payload.PullRequest.CreatedAt}} {{.Payload.Repo.PushedAt}}',
  '{{.Payload.issue.labels}}', '{{index .Payload.Issue.Labels 0}}', '{{if .Payload.Comment}}{{.Payload.Comment.Body | printf "%q" | html}}{{end}}', '{{.Payload.CheckRun.PullRequests}} {{len .Payload.Sender.Login}}',
].map((text) => parseTemplate(text, 'prompt'));

test(`of ${RUNS} mutated deliveries none breaks anything: each is judged, and a template comes to a text or says where it fails`, () => {
  const judged = { match: 0, miss: 0, unknown: 0 };
  const rendered = { texts: 0, errors: 0 };
  fc.assert(fc.property(fc.constantFrom(...payloadNames), fc.array(steps, { minLength: 1, maxLength: 5 }), fc.array(filters, { maxLength: 3 }), fc.array(filters, { maxLength: 1 }), fc.constantFrom(...templates), (name, mutations, included, excluded, template) => {
    const event = eventOfPayload(name);
    // As it arrives: what JSON cannot hold cannot come.
    const payload = JSON.parse(JSON.stringify(mutations.reduce(mutated, aPayload(name)))) as Record<string, unknown>;
    const facts = eventFacts({ event, payload });
    const config = { events: [event], filters: included.map((filter) => ({ ...filter, event })), excludeFilters: excluded } as Config;
    const judgement = judge(config, facts);
    judged[judgement.outcome] += 1;
    if (judgement.outcome === 'miss') expect(judgement.seen.length).toBeLessThanOrEqual(200);
    try {
      renderTemplate(template, eventVariables(facts, payload), { missingKey: 'error' });
      rendered.texts += 1;
    } catch (error) {
      expect(error).toBeInstanceOf(TemplateError);
      rendered.errors += 1;
    }
  }), { numRuns: RUNS });
  expect(Math.min(judged.match, judged.miss, judged.unknown, rendered.texts, rendered.errors), 'one of the outcomes was hardly seen').toBeGreaterThan(RUNS / 200);
}, WITHIN_MS);

test('a payload that is deeper than a stack is judged, and printed up to a bound', () => {
  const payload = { issue: { number: 1, title: 'deep', body: 'x', labels: nested(100_000), user: { login: nested(100_000) } }, deep: nested(100_000) };
  const facts = eventFacts({ event: 'issues', payload });
  expect(judge({ events: ['issues'], filters: [{ event: 'issues', labels: ['bug'], bodyPattern: 'x' }] }, facts)).toEqual({ outcome: 'miss', filter: 'filters[0].labels', seen: '' });
  const print = (text: string) => () => renderTemplate(parseTemplate(text, 'prompt'), eventVariables(facts, payload), { missingKey: 'error' });
  expect(print('{{.Payload.Issue.Title}}')()).toBe('deep');
  expect(print('{{.Payload.deep}}')).toThrow('more than 100 maps and lists are inside each other');
  expect(print('{{.Payload}}')).toThrow('more than 100 maps and lists are inside each other');
}, WITHIN_MS);

test('a payload of 10 MiB costs what is read of it', () => {
  const commits = Array.from({ length: 20_000 }, (_, index) => ({ id: `${index}`, message: 'm'.repeat(400), added: [`src/${index}.ts`, 'src/same.ts'] }));
  const payload = { ref: 'refs/heads/main', commits };
  const facts = eventFacts({ event: 'push', payload });
  expect(facts.changedFiles).toHaveLength(20_001);
  expect(renderTemplate(parseTemplate('{{(index .Payload.Commits 19999).ID}}', 'prompt'), eventVariables(facts, payload), { missingKey: 'error' })).toBe('19999');
}, WITHIN_MS);
