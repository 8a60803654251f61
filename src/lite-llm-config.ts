import type { ApiObject } from 'cdk8s';
import type * as l1 from './l1';
import { isOffered } from './private/model-match';
import { type Problem, listOf, quote } from './private/problem';
import { checkSecret } from './private/secret-check';
import type { ISecretRef } from './secret-ref';

/** How the configuration of a Secret is read. */
export interface LiteLlmSecretOptions {
  /**
   * Go without it when the Secret or the key does not exist.
   *
   * @default false
   */
  readonly optional?: boolean;
}

/** A configuration of LiteLLM, in place of the one that is made of the properties of a proxy. */
export class LiteLlmConfig {
  /**
   * A configuration that is written here.
   *
   * @param yaml its text, used as it is; each `model_name` in it has to be among the models of the proxy
   */
  public static fromText(yaml: string): LiteLlmConfig {
    return new LiteLlmConfig({ fromString: yaml });
  }

  /**
   * A configuration that a Secret holds.
   *
   * @param secret the Secret
   * @param key the key of its text
   * @param options what happens when it does not exist
   */
  public static fromSecret(secret: ISecretRef, key: string, options: LiteLlmSecretOptions = {}): LiteLlmConfig {
    return new LiteLlmConfig({ fromSecretKeyRef: { name: secret.name, key, optional: options.optional } }, options.optional ? undefined : { secret, key });
  }

  private constructor(private readonly source: l1.ModelApiConfigYaml, private readonly needed?: { readonly secret: ISecretRef; readonly key: string }) {}

  /** @internal */
  public _render(): l1.ModelApiConfigYaml {
    return this.source;
  }

  /** @internal */
  public _check(from: ApiObject, models: readonly string[], path: string): Problem[] {
    if (this.needed) return checkSecret(from, this.needed.secret, [this.needed.key], 'the ModelApi', path);
    return modelNames(this.source.fromString ?? '').filter((name) => !isOffered(models, name)).map((name) => (
      { code: 'unknown-model', path, got: `model_name ${quote(name)}`, allowed: `the models of the proxy are ${listOf(models)}`, fix: 'add it to them' }
    ));
  }
}

/** The models that a configuration names where it names them plainly, a line for each. What is written in another way the operator reads. */
function modelNames(yaml: unknown): string[] {
  if (typeof yaml !== 'string') return [];
  const values = [...yaml.matchAll(/^\s*(?:-\s+)?model_name:[ \t]+("[^"\\\n]*"|'[^'\n]*'|[\w.:/*-]+)[ \t]*(?:#.*)?$/gm)].map(([, value]) => value!);
  return [...new Set(values.map((value) => value.replace(/^(["'])(.*)\1$/, '$2')))];
}
