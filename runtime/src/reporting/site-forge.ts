import type { ForgeClient } from '../forges/forge-client.ts';
import type { Check, Forge, Subject } from './forge.ts';

export interface SiteAccess extends Pick<Forge, 'webUrl' | 'account' | 'redact'> {
  /** For one call. */
  readonly client: (signal: AbortSignal) => ForgeClient;
}

/** What forges have in common that have statuses of commits for checks: another status of a name takes the place of the one before. */
export abstract class SiteForge {
  readonly webUrl: string;
  readonly redact: (text: string) => string;
  readonly account: object;
  protected readonly client: (signal: AbortSignal) => ForgeClient;

  constructor({ webUrl, account, redact, client }: SiteAccess) {
    this.webUrl = webUrl;
    this.account = account;
    this.redact = redact;
    this.client = client;
  }

  abstract createCheck(subject: Subject, check: Check, signal: AbortSignal): Promise<string>;

  async updateCheck(subject: Subject, _id: string, check: Check, signal: AbortSignal): Promise<boolean> {
    await this.createCheck(subject, check, signal);
    return true;
  }
}
