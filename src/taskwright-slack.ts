import type { ISecretRef } from './secret-ref';

/** How an install is an app of Slack. */
export interface TaskwrightSlack {
  /**
   * The Secret with what Slack gave the app, in the namespace of the operator: `SLACK_BOT_TOKEN`, and `SLACK_APP_TOKEN` for Socket Mode or
   * `SLACK_SIGNING_SECRET` for events over HTTP, or both.
   */
  readonly secret: ISecretRef;
  /**
   * What is said in a channel that the bot was invited to.
   *
   * @default - nothing
   */
  readonly joinMessage?: string;
  /**
   * Take nothing where people of another company read along, and leave such a channel when the bot is invited to it.
   *
   * @default false
   */
  readonly denySlackConnectChannels?: boolean;
}
