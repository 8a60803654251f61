import { type Problem, quote } from './private/problem';

/** Who signs certificates, in the words of cert-manager. */
export interface CertManagerIssuer {
  /** The name of the issuer. */
  readonly name: string;
  /**
   * `Issuer`, which is in the namespace of the operator, or `ClusterIssuer`, or the kind of an issuer of somebody else.
   *
   * @default 'Issuer'
   */
  readonly kind?: string;
  /**
   * The group of that kind.
   *
   * @default 'cert-manager.io'
   */
  readonly group?: string;
}

/**
 * Who makes the certificate by which the API server knows the operator. Whoever does, the operator tells the API server what to trust.
 *
 * @example
 *
 * new Taskwright(this, 'install', {
 *   convertsOlderVersions: true,
 *   webhookCertificate: WebhookCertificate.certManager({ name: 'platform', kind: 'ClusterIssuer' }),
 * });
 */
export class WebhookCertificate {
  /** The operator: it makes one for 90 days, and replaces it 30 days before its end. */
  public static byOperator(): WebhookCertificate {
    return new WebhookCertificate(false);
  }

  /**
   * cert-manager, which has to be in the cluster. The issuer has to be one that tells its CA in the Secret (`ca.crt`), as those with a CA of their own do.
   *
   * @param issuer who signs
   */
  public static certManager(issuer: CertManagerIssuer): WebhookCertificate {
    return new WebhookCertificate(true, issuer);
  }

  /**
   * Somebody else, who keeps it in the Secret `taskwright-webhook-tls` of the operator's namespace: `tls.crt` and `tls.key`, for the host
   * `taskwright-webhook.<namespace>.svc`, and in `ca.crt` what is to be trusted. Without `ca.crt` that is `tls.crt` itself.
   */
  public static fromSecret(): WebhookCertificate {
    return new WebhookCertificate(true);
  }

  private constructor(
    /** Whether the operator only reads it. @internal */
    public readonly _isGiven: boolean,
    private readonly issuer?: CertManagerIssuer,
  ) {}

  /** The spec of a Certificate of cert-manager, if that is to make it. @internal */
  public _certificateSpec(secretName: string, hosts: readonly string[]): object | undefined {
    if (!this.issuer) return undefined;
    const { name, kind = 'Issuer', group = 'cert-manager.io' } = this.issuer;
    return { secretName, dnsNames: hosts, usages: ['digital signature', 'key encipherment', 'server auth'], issuerRef: { name, kind, group } };
  }

  /** @internal */
  public _check(path: string): Problem[] {
    const name: unknown = this.issuer?.name;
    if (!this.issuer || (typeof name === 'string' && name !== '')) return [];
    return [{ code: 'required', path: `${path}.name`, got: quote(name), fix: 'name the issuer' }];
  }
}
