import { expect, test } from 'vitest';
import { readsVariables } from '../../src/sources/read-variables.ts';

const reads = (promptTemplate: string) => readsVariables({ metadata: { name: 'workers' }, spec: { when: {}, suspend: false, taskTemplate: { promptTemplate } } }, ['Comments', 'ReviewComments']);

test.each(['{{.Comments}}', '{{with .ReviewComments}}{{.}}{{end}}', '{{index . "Comments"}}', '{{range $name, $value := .}}{{$value}}{{end}}', '{{.}}', '{{printf "%v" $}}'])('%s reads them', (template) => {
  expect(reads(template)).toBe(true);
});

test.each(['{{.Title}}', 'The Comments say', '{{if .Body}}Comments{{end}}', '{{ this is no template'])('%s does not', (template) => {
  expect(reads(template)).toBe(false);
});

test('a template anywhere in the Task counts', () => {
  expect(readsVariables({ metadata: { name: 'workers' }, spec: { when: {}, suspend: false, taskTemplate: { metadata: { annotations: { about: '{{.Comments}}' } } } } }, ['Comments'])).toBe(true);
});
