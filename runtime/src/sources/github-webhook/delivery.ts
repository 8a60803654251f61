/** A delivery of GitHub whose signature was right. */
export interface GitHubDelivery {
  /** What GitHub calls it, or what its body hashes to: the same when it is delivered again. */
  readonly id: string;
  /** The name of the event, such as `issue_comment`. */
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The name of the WebhookGateway that took it. Left out: the server for all of them. */
  readonly gateway?: string;
  /** How that gateway says that GitHub is called, for what the payload lacks. Left out: it says nothing, and with a gateway nothing is called then. */
  readonly access?: GitHubAccess;
}

export interface GitHubAccess {
  /** The Secret with the credentials, in the namespace of the gateway, which is that of its spawners. */
  readonly secretName: string;
  /** Root of the API. Left out: that of github.com. */
  readonly apiUrl?: string;
}
