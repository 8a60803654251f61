import { expect, test } from 'vitest';
import { BuildError, SetupError, tool } from '../tool';

const { isMistakeOfRequirements, runPython } = await tool<{
  isMistakeOfRequirements(saidByPip: string): boolean;
  runPython(interpreter: string, args: string[], failure: string, isOurs?: (said: string) => boolean): void;
}>('python/interpreter.mjs');

test.each<{ it: string; said: string; ours: boolean }>([
  { it: 'a line of the requirements that is none is ours', said: "ERROR: Invalid requirement: 'jsii=1'", ours: true },
  { it: 'requirements that exclude each other are ours', said: 'ERROR: ResolutionImpossible: for help visit https://pip.pypa.io', ours: true },
  { it: 'a registry that has nothing is not', said: 'ERROR: Could not find a version that satisfies the requirement jsii==1 (from versions: none)', ours: false },
])('$it', ({ said, ours }) => {
  expect(isMistakeOfRequirements(said)).toBe(ours);
});

test('what an interpreter refuses is ours where that is known, and the machine\'s otherwise', () => {
  const args = ['-c', 'echo refused >&2; exit 1'];
  expect(() => runPython('/bin/sh', args, 'pip cannot make the wheel', () => true)).toThrow(BuildError);
  expect(() => runPython('/bin/sh', args, 'there is no venv')).toThrow(SetupError);
  expect(() => runPython('/bin/sh', args, 'there is no venv')).toThrow('there is no venv: refused');
});
