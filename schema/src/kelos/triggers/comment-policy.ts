import { z } from 'zod';

const commentPolicy = z.object({
  triggerComment: z.string().optional().describe('A line that has to stand, alone, in the text or in a comment. Left out: none has to.'),
  excludeComments: z.array(z.string()).optional().describe('Lines that rule it out. With a triggerComment, the newest command of somebody who may give one counts. Left out: there are none.'),
  allowedUsers: z.array(z.string()).optional().describe('Logins whose commands count, in any case of letters. Who is in one of the three lists may give commands. Left out: nobody by name.'),
  allowedTeams: z.array(z.string().regex(/^[^/]+\/[^/]+$/)).optional().describe('Teams as org/slug, whose active members may give commands. Left out: no team.'),
  minimumPermission: z.enum(['read', 'triage', 'write', 'maintain', 'admin']).optional()
    .describe('Lowest permission on the repository with which one may give commands. Left out: none is enough by itself; and with no user and no team either, everybody may.'),
}).meta({ title: 'GitHubCommentPolicy' });

/** Who may start an agent by a comment, and with which. */
export const optionalCommentPolicy = commentPolicy.optional().describe('Commands in comments, and who may give them. Left out: comments decide nothing.');

export type GitHubCommentPolicy = z.infer<typeof commentPolicy>;
