import { GITHUB_EVENTS, events } from '@taskwright/schema';
import { expect, test } from 'vitest';

const variables = events.flatMap(({ title, variables: own }) => Object.entries(own).map(([name, variable]) => ({ it: `${title} ${name}`, title, name, variable })));

test('events have names of their own', () => {
  expect(new Set(events.map(({ title }) => title)).size).toBe(events.length);
});

test.each(events)('the variables of $title differ by more than upper and lower case, so that each has a property of its own', ({ variables: own }) => {
  const names = Object.keys(own);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
});

test.each(variables)('$it can be read with a dot', ({ name }) => {
  expect(name).toMatch(/^[A-Z][A-Za-z]*$/);
});

test.each(variables)('$it says what it is, in a sentence', ({ variable: { description } }) => {
  expect(description).toMatch(/\.$/);
});

test.each(variables.filter(({ variable }) => variable.of))('$it is of events that there are, and always of some of these', ({ variable: { of = [], alwaysOf = [] } }) => {
  expect(of.filter((event) => !GITHUB_EVENTS.includes(event))).toEqual([]);
  expect(alwaysOf.filter((event) => !of.includes(event))).toEqual([]);
});

test('what anybody writes is never a number', () => {
  expect(variables.filter(({ variable: { type, from } }) => type === 'number' && from !== 'service').map(({ it }) => it)).toEqual([]);
});
