import { expect, test } from 'vitest';
import { resourceField } from '../../../src/embedded/process-runner/downward-fields.ts';
import { expandVariables } from '../../../src/embedded/process-runner/expansion.ts';

const variables = new Map([['NAME', 'you'], ['MONEY', '$(NAME)']]);

test.each([
  ['hello $(NAME)', 'hello you'],
  ['$(NAME)$(NAME)', 'youyou'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$$(NAME)', '$(NAME)'],
  ['$$$(NAME)', '$you'],
  ['kill $$', 'kill $'],
  ['$NAME ${NAME} $', '$NAME ${NAME} $'],
  ['$(NAME', '$(NAME'],
  ['$(MONEY)', '$(NAME)'],
])('%s expands to %s', (text, expected) => expect(expandVariables(text, variables)).toBe(expected));

test.each([
  ['limits.memory', '1Mi', '512'],
  ['limits.memory', undefined, '536870912'],
  ['limits.cpu', undefined, '2'],
  ['limits.cpu', '1m', '1500'],
  ['requests.cpu', undefined, '0'],
  ['spec.cpu', undefined, undefined],
])('%s in units of %s is %s', (resource, divisor, expected) => {
  expect(resourceField({ name: 'main', resources: { limits: { memory: '512Mi', cpu: '1500m' } } }, resource, divisor)).toBe(expected);
});
