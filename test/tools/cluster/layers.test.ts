import { expect, test } from 'vitest';
import { BuildError, SetupError, tool } from '../tool';

const { build, run } = await tool<{ build(args: string[], options?: object): void; run(command: string, args: string[]): string }>('cluster/layers.mjs');

test('a script of ours that refuses our sources is a broken build, with all that it said', () => {
  const script = `console.log('src/task.ts(3,1): error TS2304'); console.error('a warning'); process.exit(2)`;
  expect(() => build(['-e', script])).toThrow(new BuildError(`images: node -e ${script} failed with exit code 2:\na warning\nsrc/task.ts(3,1): error TS2304`));
  expect(() => build(['-e', script])).toThrow(BuildError);
  build(['-e', '']);
});

test('a script of ours that is killed says nothing of our sources', () => {
  const script = `process.kill(process.pid, 'SIGKILL')`;
  expect(() => build(['-e', script])).toThrow(SetupError);
  expect(() => build(['-e', script])).toThrow(`images: node -e ${script} did not end by itself: SIGKILL`);
});

test('a program of the machine that fails, or is not there, is what the machine lacks', () => {
  expect(() => run('sh', ['-c', 'echo full >&2; exit 1'])).toThrow(SetupError);
  expect(() => run('sh', ['-c', 'echo full >&2; exit 1'])).toThrow('images: sh -c failed: full');
  expect(() => run('/nowhere/tar', ['-c'])).toThrow(SetupError);
});
