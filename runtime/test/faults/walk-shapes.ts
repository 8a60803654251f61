import { afterAll, expect, test } from 'vitest';
import { Coverage } from './coverage.ts';
import { hasEachFault, kindOf, sampleOf, type Theme, themeOf } from './sample.ts';
import { pointsOf, walk } from './walk.ts';
import { shapes } from './workload.ts';

/** Tests the shapes of a theme, one fault at a time. All points of them: `TASKWRIGHT_FAULT_STRIDE=1 npm test -- faults/walk`, or bench/faults.ts. */
export function walkShapes(theme: Theme): void {
  const coverage = new Coverage();
  afterAll(() => {
    process.stdout.write(coverage.table(`one at a time, ${theme}`));
  });
  const chosen = Object.keys(shapes).map((shape, offset) => ({ shape, offset })).filter(({ shape }) => themeOf(shape) === theme);

  test.each(chosen)('$shape: one fault, wherever it happens, changes nothing', { timeout: 600_000 }, async ({ shape, offset }) => {
    const all = await pointsOf(shape);
    const points = sampleOf(all, offset);
    if (hasEachFault(theme)) expect(new Set(points.map(kindOf))).toEqual(new Set(all.map(kindOf)));
    for await (const { point: { fault, place, at }, verdict } of walk(shape, points)) {
      coverage.add(verdict.points);
      expect(verdict.end, `${fault} at ${place} ${at}: ${verdict.end}; replay it: node --conditions=taskwright-source bench/faults.ts walk '${shape}' '${fault}' ${place} ${at}\n${verdict.complaints.join('\n')}`).toBe('converged');
    }
  });
}
