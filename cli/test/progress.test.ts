import type { Task } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { Progress } from '../src/progress.ts';

function aStory(io: { isTerminal: boolean; columns?: number }): { progress: Progress; told: string[] } {
  const told: string[] = [];
  return { progress: new Progress((text) => told.push(text), io, () => 1_234, ['fix', 'review']), told };
}

const task = (phase?: string, message?: string) => ({ metadata: { name: 'fix' }, spec: {}, status: { phase, message } }) as unknown as Task;

test('each event is one line, names in a column', () => {
  const { progress, told } = aStory({ isTerminal: false });
  progress.step('engine', 'in this process');
  progress.phaseChanged(task('Waiting', 'Waiting for Secret "claude" to be created'));
  progress.phaseChanged(task());
  progress.printed('review', 'kelos-agent', 'reads\u001b[2J');
  progress.phaseChanged(task('Failed', 'Agent failed'));
  expect(told).toEqual([
    '   1.2 s  engine      in this process\n',
    '   1.2 s  fix    • Waiting: Waiting for Secret "claude" to be created\n',
    '   1.2 s  review │ reads[2J\n',
    '   1.2 s  fix    ✗ Failed: Agent failed\n',
  ]);
});

test('on a terminal, what an agent prints stays on one line', () => {
  const { progress, told } = aStory({ isTerminal: true, columns: 40 });
  progress.printed('fix', 'kelos-agent', 'x'.repeat(100));
  const visible = told[0]!.replaceAll(/\u001b\[\d+m/g, '');
  expect(visible).toBe(`   1.2 s  fix    │ ${'x'.repeat(20)}…\n`);
  expect(visible.trimEnd()).toHaveLength(40);
});
