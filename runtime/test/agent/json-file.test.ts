import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mergeIntoFile } from '../../src/agent/json-file.ts';
import { temporaryDirectory } from './git-fixture.ts';

test('settings are merged object by object, a server is replaced whole, and the rest stays', async () => {
  const path = join(temporaryDirectory(), 'deep', 'settings.json');
  mkdirSync(join(path, '..'));
  writeFileSync(path, '{"theme":"dark","ui":{"a":1,"list":[1]},"mcpServers":{"kept":{"url":"u"},"gh":{"command":"old"}}}');
  await mergeIntoFile(path, { ui: { list: [2] }, mcpServers: { gh: { url: 'new' } } });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ theme: 'dark', ui: { a: 1, list: [2] }, mcpServers: { kept: { url: 'u' }, gh: { url: 'new' } } });
});

test('a file that is not there yet is its user\'s alone', async () => {
  const path = join(temporaryDirectory(), 'none', 'settings.json');
  await mergeIntoFile(path, { a: 1 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each(['{"key": "s3cret",', '["s3cret"]'])('a file that holds %s is told by its name alone', async (text) => {
  const path = join(temporaryDirectory(), 'settings.json');
  writeFileSync(path, text);
  await expect(mergeIntoFile(path, { a: 1 })).rejects.toThrow(`${path}: not a JSON object; correct it in the image, or leave it out`);
});
