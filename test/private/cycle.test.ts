import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cycleThrough, leadingIntoCycles } from '../../src/private/cycle';

type Graph = Readonly<Record<string, string>>;

const nextIn = (graph: Graph) => (node: string) => [...graph[node] ?? ''];

describe('leadingIntoCycles()', () => {
  test.each<{ it: string; graph: Graph; those: string[] }>([
    { it: 'nobody in a chain', graph: { a: 'b', b: 'c', c: '' }, those: [] },
    { it: 'one that leads to itself', graph: { a: 'a', b: '' }, those: ['a'] },
    { it: 'a circle, and what leads into it', graph: { a: 'b', b: 'c', c: 'b', d: '' }, those: ['a', 'b', 'c'] },
    { it: 'not what a circle leads to', graph: { a: 'b', b: 'ac', c: '' }, those: ['a', 'b'] },
    { it: 'a way that is there twice once', graph: { a: 'bb', b: '' }, those: [] },
    { it: 'what is only found on the way', graph: { a: 'x' }, those: [] },
  ])('names $it', ({ graph, those }) => {
    expect([...leadingIntoCycles(Object.keys(graph), nextIn(graph))].sort()).toEqual(those);
  });

  test('names whoever has a way back to itself', () => {
    const graphs = fc.array(fc.tuple(fc.constantFrom(...'abcdef'), fc.constantFrom(...'abcdef')), { maxLength: 12 });
    fc.assert(fc.property(graphs, (edges) => {
      const next = (node: string) => edges.filter(([from]) => from === node).map(([, to]) => to);
      const named = leadingIntoCycles('abcdef', next);
      for (const node of 'abcdef') {
        const leads = [...'abcdef'].some((other) => cycleThrough(other, next) && reaches(node, other, next));
        expect(named.has(node)).toBe(leads);
      }
    }), { seed: 20_261_121 });
  });
});

function reaches(from: string, to: string, next: (node: string) => string[]): boolean {
  const seen = new Set([from]);
  for (const node of seen) for (const other of next(node)) seen.add(other);
  return seen.has(to);
}
