import { generateKeyPairSync } from 'node:crypto';
import type { Clock } from '../../src/kube/clock.ts';
import { GitHub, type GitHubOptions, type Installation } from '../../src/testing/github.ts';

/** Made once for a file of tests: a key takes its time. */
export const appKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const privateKeyPem = appKey.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

/** What a Secret with the App 17 and its installation 23 holds, decoded. */
export const appData = { appID: '17', installationID: '23', privateKey: privateKeyPem };

/** A GitHub that knows that App. */
export function aGitHub(clock: Clock, installation: Partial<Installation> = {}, options: Omit<GitHubOptions, 'clock'> = {}): GitHub {
  const github = new GitHub({ clock, ...options });
  github.register({ appId: '17', publicKey: appKey.publicKey, installations: { 23: { repositories: ['shop', 'shop-assets'], ...installation } } });
  return github;
}
