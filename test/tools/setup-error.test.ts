import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BuildError, SetupError, whyNotHere } from './tool';

const errorOf = (run: () => unknown): Error => {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it should have failed');
};

test.each<{ it: string; error: Error; why?: string }>([
  { it: 'what the machine lacks skips', error: new SetupError('a node needs root'), why: 'a node needs root' },
  { it: 'a program that is not installed skips', error: spawnSync('/nowhere/go', ['version']).error!, why: 'spawnSync /nowhere/go ENOENT' },
  { it: 'a full disk skips', error: Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC', syscall: 'write' }), why: 'no space left on device, write' },
  { it: 'a folder that may not be written skips', error: Object.assign(new Error('permission denied, mkdir'), { code: 'EACCES', syscall: 'mkdir' }), why: 'permission denied, mkdir' },
  { it: 'a build of ours that fails does not', error: new BuildError('tsc failed with exit code 2') },
  { it: 'a file that is not there does not', error: errorOf(() => statSync('/nowhere/src/gone.ts')) },
  { it: 'a mistake in the tools does not', error: new TypeError('commands is not a function') },
])('$it', ({ error, why }) => {
  expect(whyNotHere(error)).toBe(why);
});
