import { expect, test } from 'vitest';
import { walkShapes } from './walk-shapes.ts';
import { pointsOf, walk } from './walk.ts';

walkShapes('single');

// A canary: its clock stands still while the process does, so it takes its lease for fresh when it goes on.
test('an operator that goes on writing after it lost its lease is found', async () => {
  const points = (await pointsOf('retried')).filter(({ fault }) => fault === 'stop');
  const complaints: string[] = [];
  for await (const { verdict } of walk('retried', points, { losesTime: true })) complaints.push(...verdict.complaints);
  expect(complaints).toContainEqual(expect.stringMatching(/^onlyLeadersWrite: operator-0-1 wrote .* while operator-1-\d+ led$/));
});
