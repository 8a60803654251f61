import { z } from 'zod';

const commands = {
  triggerComment: z.string().optional().describe('A line that has to stand, alone, in the text or in a comment. Left out: none has to.'),
  excludeComments: z.array(z.string()).optional().describe('Lines that rule it out. With a triggerComment, the newest command of somebody who may give one counts. Left out: there are none.'),
  allowedUsers: z.array(z.string()).optional().describe('Usernames whose commands count, in any case of letters. Who is in the list, or has the access asked for, may give commands. Left out: nobody by name.'),
};

const gitlabCommentPolicy = z.object({
  ...commands,
  minimumAccessLevel: z.enum(['guest', 'planner', 'reporter', 'developer', 'maintainer', 'owner']).optional()
    .describe('Lowest access level in the project, inherited or not, with which one may give commands. Left out: none is enough by itself; and with no user either, everybody may.'),
}).meta({ title: 'GitLabCommentPolicy' });

const giteaCommentPolicy = z.object({
  ...commands,
  minimumPermission: z.enum(['read', 'write', 'admin', 'owner']).optional()
    .describe('Lowest permission on the repository with which one may give commands. Left out: none is enough by itself; and with no user either, everybody may.'),
}).meta({ title: 'GiteaCommentPolicy' });

const DESCRIPTION = 'Commands in comments, and who may give them. Left out: comments decide nothing.';

/** Who may start an agent by a comment on GitLab, and with which. */
export const optionalGitlabCommentPolicy = gitlabCommentPolicy.optional().describe(DESCRIPTION);
/** The same on Gitea and Forgejo. */
export const optionalGiteaCommentPolicy = giteaCommentPolicy.optional().describe(DESCRIPTION);
