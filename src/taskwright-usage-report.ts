import type { ISecretRef } from './secret-ref';

/** Where an install reports once a day how much it is used. There is no default: a report goes to nobody but who is named here. */
export interface TaskwrightUsageReport {
  /** The root of a service of yours that takes events as PostHog's capture API does: reports are posted to `/capture/` below it. */
  readonly endpoint: string;
  /**
   * What this installation is called in its reports, to tell it from others of yours.
   *
   * @default 'production'
   */
  readonly environment?: string;
  /**
   * The Secret, in the namespace of the operator, with the key `api-key`: that of the project there.
   *
   * @default - none is sent
   */
  readonly key?: ISecretRef;
  /**
   * When, as a CronJob reads it.
   *
   * @default '0 6 * * *'
   */
  readonly schedule?: string;
}
