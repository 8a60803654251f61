import { createPrivateKey, type KeyObject, sign } from 'node:crypto';

/** The keys of a Secret that holds a GitHub App, as in the reference. A Secret with all of them is one, whatever else it has. */
export const APP_KEYS = ['appID', 'installationID', 'privateKey'] as const;

/** A GitHub App and one of its installations. */
export interface GitHubApp {
  readonly appId: string;
  readonly installationId: string;
  readonly privateKey: KeyObject;
}

/** GitHub takes a JWT that began up to now and ends within ten minutes; a minute on either side is for clocks that differ. */
const BEGINS_SECONDS_AGO = 60;
const ENDS_IN_SECONDS = 9 * 60;

export function isGitHubApp(data: Readonly<Record<string, string>>): boolean {
  return APP_KEYS.every((key) => key in data);
}

/** The App in a Secret, or what is wrong with the Secret, in words that name the key and never what it holds. */
export function readGitHubApp(data: Readonly<Record<string, string>>): GitHubApp | { readonly problem: string } {
  const [appId, installationId] = [data.appID?.trim() ?? '', data.installationID?.trim() ?? ''];
  // A client ID (Iv23li…) stands for the ID of an App, which is a number.
  if (!/^[\w.-]{1,100}$/.test(appId)) return { problem: 'appID is not the ID of a GitHub App; it is in the settings of the App, under General' };
  if (!/^\d{1,15}$/.test(installationId)) {
    return { problem: 'installationID is not a number; it is the end of the address that the settings of the installation have' };
  }
  const privateKey = readKey(data.privateKey ?? '');
  if (privateKey?.asymmetricKeyType !== 'rsa') {
    return { problem: 'privateKey is not an RSA key in PEM form; copy the whole file that GitHub made, with its first and last line' };
  }
  return { appId, installationId, privateKey };
}

/** What an App proves who it is with (RFC 7519, RS256). `nowMs` is the time that GitHub has. */
export function appJwt({ appId, privateKey }: GitHubApp, nowMs: number): string {
  const nowSeconds = Math.floor(nowMs / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iat: nowSeconds - BEGINS_SECONDS_AGO, exp: nowSeconds + ENDS_IN_SECONDS, iss: appId };
  const content = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`;
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined; // the error of the parser says nothing that its author could use
  }
}
