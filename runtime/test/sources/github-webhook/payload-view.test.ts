import { readFileSync } from 'node:fs';
import { parseTemplate, renderTemplate } from 'cdk8s-taskwright/template';
import { describe, expect, test } from 'vitest';
import { payloadView } from '../../../src/sources/github-webhook/payload-view.ts';
import { aPayload } from './a-delivery.ts';

interface Golden {
  readonly payload: string;
  readonly template: string;
  /** None: it is an error in Go. */
  readonly text: string | null;
}

const golden = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as Golden[];

test.each(golden)('$template of $payload is what Go makes of it with its client of GitHub', ({ payload, template, text }) => {
  const rendered = () => render(template, aPayload(payload));
  if (text === null) expect(rendered).toThrow(/^line 1, column/);
  else expect(rendered()).toBe(text);
});

function render(template: string, payload: Record<string, unknown>): string {
  return renderTemplate(parseTemplate(template, 'prompt'), { Payload: payloadView(payload) }, { missingKey: 'error' });
}

describe('beyond Go', () => {
  test.each([
    ['{{.Payload.issue.title}} {{.Payload.issue.nope_yet}}', 'Plus &lt; minus true', 'the keys of the JSON can be read'],
    ['{{if eq .Payload.Action "opened"}}new{{end}}', 'new', 'a value can be compared without its getter'],
    ['{{if .Payload.Issue.Locked}}locked{{else}}open{{end}}', 'open', 'false is false, and not a pointer to it'],
    ['{{.Payload.Repository.FullName}} {{.Payload.Repo.FullName}}', 'acme/shop acme/shop', 'the name by the rule is understood beside the exception'],
    ['{{.Payload.ClientPayload.some_key}} {{index .Payload.ClientPayload "some_key"}}', '3 3', 'what anybody makes up has the keys that they gave it'],
    ['{{.Payload.Issue.User}}', 'map[Login:ann]', 'a struct prints what is in it'],
    ['{{eq .Payload.Issue.Milestone nil}} {{eq .Payload.Issue.Milestone "x"}}', 'true false', 'what is absent is nil'],
  ])('%s is %s: %s', (template, text) => {
    const payload = { action: 'opened', issue: { title: 'Plus &lt; minus', nope_yet: true, locked: false, milestone: null, user: { login: 'ann' } }, repository: { full_name: 'acme/shop' }, client_payload: { some_key: 3 } };
    expect(render(template, payload)).toBe(text);
  });
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'GetConstructor', 'Get', 'Get__proto__'])('%s is no field that every payload has', (name) => {
  expect(() => render(`{{.Payload.${name}}}`, { issue: {} })).toThrow(`there is no .${name}`);
  expect(() => render(`{{.Payload.Issue.${name}}}`, { issue: {} })).toThrow(`there is no .${name}`);
  expect(() => render(`{{.Payload.Issue.${name}}}`, {})).toThrow('the value before it is nil');
});

test.each([
  ['2024-01-02T03:04:05Z', '2024-01-02 03:04:05 +0000 UTC'],
  ['2024-01-02T03:04:05.1200Z', '2024-01-02 03:04:05.12 +0000 UTC'],
  ['2024-01-02T03:04:05-05:30', '2024-01-02 03:04:05 -0530 -0530'],
  ['2024-01-02T03:04:05+00:00', '2024-01-02 03:04:05 +0000 UTC'],
  ['yesterday', 'yesterday'],
  [1_704_164_645, '2024-01-02 03:04:05 +0000 UTC'],
  [9e15, '9000000000000000'],
])('the time %s prints as %s', (value, text) => {
  expect(render('{{.Payload.CreatedAt}}', { created_at: value })).toBe(text);
});

test('a misspelled field of a payload says what there is', () => {
  expect(() => render('{{.Payload.Isue}}', { issue: {}, action: 'opened' })).toThrow('line 1, column 3: there is no .Isue; did you mean .Issue?');
});
