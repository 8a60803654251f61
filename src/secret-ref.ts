/** Defines a Secret by its name. A `Secret` of cdk8s-plus, of any version, is one. */
export interface ISecretRef {
  /** The name of the Secret. */
  readonly name: string;
}

/** What this program knows about a Secret that it does not define. */
export interface SecretRefOptions {
  /**
   * The keys that the Secret has. What reads a key that is not among them is reported at synth.
   *
   * @default - not known, nothing is checked
   */
  readonly keys?: string[];
}

/** Refers to a Secret that exists already, in the namespace of who refers to it. */
export class SecretRef implements ISecretRef {
  /**
   * Refers to a Secret by its name.
   *
   * @param name the name of the Secret
   * @param options what is known about it
   */
  public static fromName(name: string, options: SecretRefOptions = {}): SecretRef {
    return new SecretRef(name, options.keys);
  }

  private constructor(
    /** The name of the Secret. */
    public readonly name: string,
    /** The keys that the Secret has, if they are known. */
    public readonly keys?: string[],
  ) {}
}
