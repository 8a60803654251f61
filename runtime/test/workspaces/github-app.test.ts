import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { isGitHubApp, readGitHubApp } from '../../src/workspaces/github-app.ts';
import { appData, appKey } from './app-fixture.ts';

test.each(['pkcs1', 'pkcs8'] as const)('a key in %s is read, and white space around the numbers is nothing', (type) => {
  const privateKey = appKey.privateKey.export({ type, format: 'pem' }).toString();
  expect(readGitHubApp({ appID: ' 17\n', installationID: '23\n', privateKey })).toMatchObject({ appId: '17', installationId: '23' });
});

test('a Secret is an App by its three keys, whatever they hold and whatever stands beside them', () => {
  expect(isGitHubApp({ appID: '', installationID: '', privateKey: '', GITHUB_TOKEN: 'x' })).toBe(true);
  expect(isGitHubApp({ appID: '17', privateKey: 'x' })).toBe(false);
});

const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

test.each([
  { it: 'an empty appID', data: { appID: ' ' }, problem: /^appID is not the ID of a GitHub App/ },
  { it: 'an appID that would be a header', data: { appID: '17"\n' }, problem: /^appID/ },
  { it: 'an installation by its name', data: { installationID: 'acme' }, problem: /^installationID is not a number/ },
  { it: 'a number that no number can hold', data: { installationID: '9'.repeat(16) }, problem: /^installationID/ },
  { it: 'half a key', data: { privateKey: appData.privateKey.slice(0, 200) }, problem: /^privateKey is not an RSA key in PEM form/ },
  { it: 'a key of another kind', data: { privateKey: ed25519 }, problem: /^privateKey is not an RSA key/ },
  { it: 'a public key', data: { privateKey: appKey.publicKey.export({ type: 'spki', format: 'pem' }).toString() }, problem: /^privateKey/ },
])('$it is told without what it is', ({ data, problem }) => {
  const read = readGitHubApp({ ...appData, ...data });
  expect(read).toEqual({ problem: expect.stringMatching(problem) });
  for (const value of Object.values(data)) if (value.trim() !== '') expect((read as { problem: string }).problem).not.toContain(value.trim().slice(0, 40));
});
