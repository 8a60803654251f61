import type { Secret } from '@taskwright/schema/kubernetes';
import { toKubeTime } from '../kube/time.ts';
import type { KubeObject, ObjectMeta } from '../kube/object.ts';
import { REPOSITORIES, type TokenScope } from './token-scope.ts';

/** The key of a token, in Secrets of users and in ours. */
export const TOKEN_KEY = 'GITHUB_TOKEN';
/** By this label, and no other, Secrets are listed and watched. */
export const TOKEN_LABELS = { 'taskwright.dev/token': 'github-app' } as const;

const EXPIRES_AT = 'kelos.dev/token-expires-at';
const APP_SECRET = 'kelos.dev/github-app-secret';
const API_URL = 'taskwright.dev/github-api-url';

/** The Secret of a token, as far as it is kept: all but the token. */
export type ObservedTokenSecret = KubeObject;

export interface TokenSecretInput {
  readonly metadata: ObjectMeta;
  readonly token: string;
  readonly expiresAt: Date;
  /** The Secret that holds the App. */
  readonly appSecretName: string;
  readonly scope: TokenScope;
}

/** What a token was asked with stands beside it, so that it can be asked for again whatever has become of the Workspace. */
export function tokenSecret({ metadata, token, expiresAt, appSecretName, scope }: TokenSecretInput): Secret {
  const annotations = { ...expiry(expiresAt), [APP_SECRET]: appSecretName, [API_URL]: scope.apiUrl, [REPOSITORIES]: scope.repositories.join(',') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata, labels: { ...metadata.labels, ...TOKEN_LABELS }, annotations }, ...dataOf(token) };
}

/** What changes in the Secret when its token is renewed. */
export function tokenPatch(token: string, expiresAt: Date): object {
  return { metadata: { annotations: expiry(expiresAt) }, ...dataOf(token) };
}

/** When the token ends; nothing if that cannot be read, which is a reason to renew it. */
export function expiresAtMs({ metadata }: ObservedTokenSecret): number | undefined {
  const atMs = Date.parse(metadata.annotations?.[EXPIRES_AT] ?? '');
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** How the token was asked for; nothing if the annotations were removed. */
export function originOf({ metadata: { annotations = {} } }: ObservedTokenSecret): { appSecretName: string; scope: TokenScope } | undefined {
  const { [APP_SECRET]: appSecretName, [API_URL]: apiUrl, [REPOSITORIES]: repositories } = annotations;
  if (!appSecretName || !apiUrl || !repositories) return undefined;
  return { appSecretName, scope: { apiUrl, repositories: repositories.split(',') } };
}

function expiry(at: Date): Record<string, string> {
  return { [EXPIRES_AT]: toKubeTime(at) };
}

function dataOf(token: string): { data: Record<string, string> } {
  return { data: { [TOKEN_KEY]: Buffer.from(token).toString('base64') } };
}
