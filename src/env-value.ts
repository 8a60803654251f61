import type { ApiObject } from 'cdk8s';
import type * as l1 from './l1';
import type { Problem } from './private/problem';
import { checkSecret } from './private/secret-check';
import type { ISecretRef } from './secret-ref';

/** Defines a ConfigMap by its name. A `ConfigMap` of cdk8s-plus, of any version, is one. */
export interface IConfigMapRef {
  /** The name of the ConfigMap. */
  readonly name: string;
}

/** How a key of a Secret or ConfigMap is read. */
export interface EnvValueFromKeyOptions {
  /**
   * Leave the variable out when the object or the key does not exist.
   *
   * @default false - the Task fails with a message that names what is missing
   */
  readonly optional?: boolean;
}

/** The value of an environment variable: a text, or a key of a Secret or ConfigMap. */
export class EnvValue {
  /** A text. It ends up in plain text in the cluster: no place for a password. */
  public static fromValue(value: string): EnvValue {
    return new EnvValue({ value });
  }

  /**
   * A key of a Secret.
   *
   * @param secret the Secret
   * @param key the key to read
   * @param options what happens when it does not exist
   */
  public static fromSecret(secret: ISecretRef, key: string, options: EnvValueFromKeyOptions = {}): EnvValue {
    return new EnvValue({ valueFrom: { secretKeyRef: { name: secret.name, key, optional: options.optional } } }, options.optional ? undefined : { secret, key });
  }

  /**
   * A key of a ConfigMap.
   *
   * @param configMap the ConfigMap
   * @param key the key to read
   * @param options what happens when it does not exist
   */
  public static fromConfigMap(configMap: IConfigMapRef, key: string, options: EnvValueFromKeyOptions = {}): EnvValue {
    return new EnvValue({ valueFrom: { configMapKeyRef: { name: configMap.name, key, optional: options.optional } } });
  }

  private constructor(private readonly source: Omit<l1.EnvVar, 'name'>, private readonly needed?: { readonly secret: ISecretRef; readonly key: string }) {}

  /** @internal */
  public _render(name: string): l1.EnvVar {
    return { name, ...this.source };
  }

  /** What is known to be missing of a Secret that has to be there. `reader` completes "… reads KEY". @internal */
  public _check(from: ApiObject, reader: string, path: string): Problem[] {
    return this.needed ? checkSecret(from, this.needed.secret, [this.needed.key], reader, path) : [];
  }
}
