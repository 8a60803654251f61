import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeWorkspaceFiles } from '../../src/agent/workspace-files.ts';
import { temporaryDirectory } from './git-fixture.ts';

test.each([
  ['  ', 'path is empty'],
  ['a\\b', 'path must use forward slashes'],
  ['.', 'path resolves to current directory'],
  ['a/..', 'path resolves to current directory'],
  ['/etc/passwd', 'absolute paths are not allowed'],
  ['..', 'path escapes repository root'],
  ['a/../../b', 'path escapes repository root'],
  ['src', 'path is a directory of the repository'],
])('the file path %j is refused: %s', async (path, reason) => {
  const repo = temporaryDirectory();
  mkdirSync(join(repo, 'src'));
  await expect(writeWorkspaceFiles([{ path, content: '' }], repo)).rejects.toThrow(`invalid workspace file path ${JSON.stringify(path)}: ${reason}`);
});
