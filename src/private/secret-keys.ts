import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Program } from './program';
import { resolved } from './structural';

/** What the Secret of a GitHub App has. */
export const GITHUB_APP_KEYS = ['appID', 'installationID', 'privateKey'];

/**
 * The keys of a Secret, as far as this program knows them: it defines the Secret, or the reference names its keys.
 * `undefined` when it does not, also for a Secret without any key, which somebody fills later. Values are never read.
 */
export function knownSecretKeys(from: ApiObject, secret: { readonly name: string; readonly keys?: string[] }): string[] | undefined {
  if (secret.keys && secret.keys.length > 0) return secret.keys;
  const object = definedSecret(from, secret);
  if (!object) return undefined;
  const { data, stringData } = object.toJson() as { data?: object; stringData?: object };
  const keys = [...Object.keys(resolved(data) ?? {}), ...Object.keys(resolved(stringData) ?? {})];
  return keys.length > 0 ? keys : undefined;
}

function definedSecret(from: ApiObject, secret: { readonly name: string }): ApiObject | undefined {
  if (Construct.isConstruct(secret)) {
    const own = ApiObject.isApiObject(secret) ? secret : secret.node.defaultChild;
    if (ApiObject.isApiObject(own)) return own;
  }
  return Program.of(from)
    .objects('Secret', 'core')
    .find(({ name, metadata }) => name === secret.name && metadata.namespace === from.metadata.namespace);
}
