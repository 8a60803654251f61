import type { ApiObject } from 'cdk8s';
import { type Problem, listOf, quote } from './problem';
import { checkNamespace } from './reference';
import { knownSecretKeys } from './secret-keys';

/** Checks that a Secret has the keys that are read from it, as far as the program knows the Secret. `reader` completes "… reads KEY". */
export function checkSecret(from: ApiObject, secret: { readonly name: string } | undefined, keys: readonly string[], reader: string, path: string, fix?: string): Problem[] {
  if (!secret || typeof secret.name !== 'string' || secret.name === '') return [{ code: 'required', path, allowed: 'it needs a Secret', fix: 'pass the Secret, or SecretRef.fromName(…)' }];
  const elsewhere = checkNamespace(from, secret, path);
  if (elsewhere.length > 0) return elsewhere;
  const known = knownSecretKeys(from, secret);
  const missing = known && keys.filter((key) => !known.includes(key));
  if (!missing || missing.length === 0) return [];
  return [{
    code: 'wrong-secret-key',
    path,
    got: `${quote(secret.name)} with only ${known.sort().join(', ')}`,
    allowed: `${reader} reads ${keys.join(', ')}`,
    fix: fix ?? `rename the key, or pass another Secret than ${listOf([secret.name])}`,
  }];
}
