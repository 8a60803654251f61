import type { Problem } from '../private/problem';
import { type ForgeCommentPolicy, type ForgePollingOptions, checkForgePolling } from './forge-polling';

/** Commands in comments, and who may give them. */
export interface GiteaCommentPolicy extends ForgeCommentPolicy {
  /**
   * The lowest permission on the repository with which one may give commands.
   *
   * @default - none is enough by itself; and with no user either, everybody may
   */
  readonly minimumPermission?: 'read' | 'write' | 'admin' | 'owner';
}

/** Which issues or pull requests of a repository on Gitea or Forgejo become Tasks. */
export interface GiteaPollingOptions extends ForgePollingOptions {
  /**
   * The repository, as `owner/repo`. Pull requests of the Tasks are meant for it.
   *
   * @default - that of the Workspace
   */
  readonly repo?: string;
  /**
   * The state that an item has to have.
   *
   * @default 'open'
   */
  readonly state?: 'open' | 'closed' | 'all';
  /**
   * Commands in comments, and who may give them.
   *
   * @default - comments decide nothing
   */
  readonly commentPolicy?: GiteaCommentPolicy;
}

/** What the schema does not say of what issues and pull requests have in common. */
export function checkGiteaPolling(options: GiteaPollingOptions): Problem[] {
  return checkForgePolling(options, { policy: options.commentPolicy, example: 'https://codeberg.org' });
}
