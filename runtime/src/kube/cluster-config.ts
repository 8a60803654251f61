import type { TokenSource } from './token.ts';

/** How to reach an API server, and as whom. */
export interface ClusterConfig {
  /** `https://host:port`, with a path when the server is behind one. */
  readonly server: string;
  /** PEM. Left out: the authorities that Node trusts. */
  readonly ca?: string;
  /** PEM, of the client. */
  readonly cert?: string;
  readonly key?: string;
  readonly token?: TokenSource;
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  /** Where objects without a namespace go. */
  readonly namespace: string;
}
