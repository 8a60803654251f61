import fc from 'fast-check';
import { expect, test } from 'vitest';
import { literal } from '../../../src/tasks/pod/literal.ts';

/** What the kubelet does to arguments and values, with one variable defined. */
const expanded = (text: string) => text.replace(/\$\$|\$\(([^)]*)\)/g, (match, name) => (match === '$$' ? '$' : name === 'A' ? 'secret' : match));

test('whatever the text, Kubernetes expands it to itself', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom('$', '(', ')', 'A', 'x')).map((parts) => parts.join('')), (text) => {
    expect(expanded(literal(text))).toBe(text);
  }));
});

test('text that Kubernetes would leave alone is left alone', () => {
  expect(literal('costs $5 (or $A)')).toBe('costs $5 (or $A)');
});
