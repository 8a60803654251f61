import { expect, test } from 'vitest';
import { cleanFilePath } from '../../src/workspaces/file-path.ts';

test.each([
  ['.claude/settings.json', '.claude/settings.json'],
  ['a/../b', 'b'],
  ['a//b/', 'a/b'],
  ['..a', '..a'],
])('cleans "%s" to "%s"', (path, clean) => {
  expect(cleanFilePath(path)).toBe(clean);
});

test.each([
  [' ', 'path is empty'],
  ['a\\b', 'path must use forward slashes'],
  ['a/..', 'path resolves to current directory'],
  ['/etc/passwd', 'absolute paths are not allowed'],
  ['..', 'path escapes repository root'],
  ['a/../../b', 'path escapes repository root'],
])('refuses "%s"', (path, reason) => {
  expect(() => cleanFilePath(path)).toThrow(`invalid workspace file path "${path}": ${reason}`);
});
