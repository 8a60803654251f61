import type { ISecretRef } from './secret-ref';

/** How the operator takes deliveries of GitHub, Linear and others. WebhookGateways, which have Secrets of their own, are always served. */
export interface TaskwrightWebhooks {
  /**
   * The Secret, in the namespace of the operator, with the key `webhook-secret`: what GitHub signs deliveries to `/webhook/github` with. A TaskSpawner of any namespace may listen to them.
   *
   * @default - nothing is taken there
   */
  readonly github?: ISecretRef;
  /**
   * The same for Linear and `/webhook/linear`.
   *
   * @default - nothing is taken there
   */
  readonly linear?: ISecretRef;
  /**
   * The Secret, in the namespace of the operator, with the key `LINEAR_API_KEY`: with it Linear is asked for the labels of the issue that a comment is on.
   *
   * @default - a filter for labels knows none of the issues that comments are on
   */
  readonly linearApiKey?: ISecretRef;
  /**
   * The same as for GitHub, for triggers with a `source` and `/webhook/<source>`. Who posts signs as GitHub does.
   *
   * @default - nothing is taken there, unless `allowUnsigned` is set
   */
  readonly generic?: ISecretRef;
  /**
   * Take what is posted to `/webhook/<source>` without a signature, as the operator of Kelos does, where `generic` is left out: whoever reaches it starts agents.
   *
   * @default false
   */
  readonly allowUnsigned?: boolean;
  /**
   * The type of the Service: `ClusterIP`, `NodePort` or `LoadBalancer`. It speaks HTTP on port 80; TLS ends in front of it.
   *
   * @default 'ClusterIP'
   */
  readonly serviceType?: string;
}
