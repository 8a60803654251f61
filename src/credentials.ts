import type { AgentType } from './coding-agent';
import type * as l1 from './l1';
import { CREDENTIAL_KEYS } from './private/fixed-names';
import type { ISecretRef } from './secret-ref';

/** How an agent authenticates to the provider of its model. */
export type CredentialsType = 'api-key' | 'oauth' | 'none' | 'pool';

/**
 * How an agent authenticates to the provider of its model. The value stays in a Secret, in the namespace of the Task.
 *
 * Each agent reads one key of it:
 *
 * | agent       | `apiKey`            | `oauth`                   |
 * |-------------|---------------------|---------------------------|
 * | Claude Code | `ANTHROPIC_API_KEY` | `CLAUDE_CODE_OAUTH_TOKEN` |
 * | Codex       | `CODEX_API_KEY`     | `CODEX_AUTH_JSON`         |
 * | Gemini      | `GEMINI_API_KEY`    | `GEMINI_API_KEY`          |
 * | OpenCode    | `OPENCODE_API_KEY`  | `OPENCODE_API_KEY`        |
 * | Cursor      | `CURSOR_API_KEY`    | `CURSOR_API_KEY`          |
 *
 * The keys of a Secret that the same program defines are checked at synth.
 */
export class Credentials {
  /** An API key, taken from a Secret. */
  public static apiKey(secret: ISecretRef): Credentials {
    return new Credentials('api-key', secret);
  }

  /** An OAuth token, or the bundle that the agent's own login wrote, taken from a Secret. */
  public static oauth(secret: ISecretRef): Credentials {
    return new Credentials('oauth', secret);
  }

  /** Nothing: the Pod gets what it needs by workload identity or `podOverrides.env`. */
  public static none(): Credentials {
    return new Credentials('none');
  }

  /**
   * Several, of which each Task or Session gets one, drawn at random: what one account may ask of a provider is then shared out. Only for agents of spawners.
   *
   * @param credentials by a name of at most 63 lower-case letters, digits and -, which is put on what is made in the label `kelos.dev/spawner-credential`
   */
  public static pool(credentials: { readonly [name: string]: Credentials }): Credentials {
    return new Credentials('pool', undefined, { ...credentials });
  }

  private constructor(
    /** Which kind of credential it is. */
    public readonly type: CredentialsType,
    /** The Secret that holds it; none for `none` and for a pool. */
    public readonly secret?: ISecretRef,
    /** Those of a pool. @internal */
    public readonly _members?: { readonly [name: string]: Credentials },
  ) {}

  /**
   * The key that an agent reads from the Secret, which is also the variable it finds the value in.
   *
   * @returns the key, or nothing for credentials of type `none` and for a pool
   */
  public keyFor(agent: AgentType): string | undefined {
    return this.type === 'none' || this.type === 'pool' ? undefined : CREDENTIAL_KEYS[agent]?.[this.type];
  }

  /** As an agent has them; those of a pool are the spawner's. @internal */
  public _render(): l1.Credentials | undefined {
    return this.type === 'pool' ? undefined : { type: this.type, secretRef: this.secret && { name: this.secret.name } };
  }

  /** @internal */
  public _renderPool(): l1.SpawnerCredential[] | undefined {
    if (this.type !== 'pool') return undefined;
    return Object.entries(this._members ?? {}).flatMap(([name, { type, secret }]) => (type === 'api-key' || type === 'oauth' ? [{ name, type, secretRef: { name: secret?.name as string } }] : []));
  }
}
