import { type Problem, quote } from '../private/problem';
import { type ForgeCommentPolicy, type ForgePollingOptions, checkForgePolling } from './forge-polling';

/** Commands in comments, and who may give them. */
export interface GitLabCommentPolicy extends ForgeCommentPolicy {
  /**
   * The lowest access level in the project, inherited or not, with which one may give commands.
   *
   * @default - none is enough by itself; and with no user either, everybody may
   */
  readonly minimumAccessLevel?: 'guest' | 'planner' | 'reporter' | 'developer' | 'maintainer' | 'owner';
}

/** Which issues or merge requests of a project on GitLab become Tasks. */
export interface GitLabPollingOptions extends ForgePollingOptions {
  /**
   * The project with its groups, as `group/project`. Merge requests of the Tasks are meant for it.
   *
   * @default - that of the Workspace
   */
  readonly project?: string;
  /**
   * Commands in comments, and who may give them.
   *
   * @default - comments decide nothing
   */
  readonly commentPolicy?: GitLabCommentPolicy;
}

/** What the schema does not say of what issues and merge requests have in common. */
export function checkGitLabPolling(options: GitLabPollingOptions): Problem[] {
  const { project } = options;
  const problems = checkForgePolling(options, { policy: options.commentPolicy, example: 'https://gitlab.com' });
  if (typeof project === 'string' && !/^[\w.-]+(\/[\w.-]+)+$/.test(project)) {
    problems.push({ code: 'pattern', path: 'trigger.project', got: quote(project), allowed: 'it has to be group/project, with every group that it is in' });
  }
  return problems;
}
