import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergePatch as applyMergePatch } from '../../src/embedded/patch/merge-patch.ts';
import { mergePatch } from '../../src/kube/merge-patch.ts';

const { object } = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.constantFrom('a', 'b', 1, true), fc.array(tie('value'), { maxLength: 2 }), tie('object')),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { noNullPrototype: true }),
}));

test('the patch makes one object of the other, and is empty when they are the same', () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const patch = mergePatch(before, after);
      expect(applyMergePatch(before, patch)).toEqual(after);
      expect(mergePatch(after, after)).toEqual({});
    }),
    { numRuns: 500 },
  );
});

test('only what differs is sent', () => {
  const before = { phase: 'Pending', podName: 'fix-1', usage: { costUSD: '1', inputTokens: 5 }, conditions: [{ type: 'Admitted' }] };
  const after = { phase: 'Running', usage: { costUSD: '2', inputTokens: 5 }, conditions: [{ type: 'Admitted' }], outputs: ['branch: fix'] };
  expect(mergePatch(before, after)).toEqual({ podName: null, phase: 'Running', usage: { costUSD: '2' }, outputs: ['branch: fix'] });
});
