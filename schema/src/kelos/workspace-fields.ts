import { z } from 'zod';

const gitUrl = () => z.string().regex(/^(https?:\/\/|git:\/\/|git@).*/);

const workspaceFile = z.object({
  path: z.string().min(1).describe(
    'Where the file goes, relative to the root of the repository, with forward slashes. A path that leaves the repository fails the Tasks that use it.',
  ),
  content: z.string().describe('The whole text of the file. May be empty.'),
}).meta({ title: 'WorkspaceFile' });

const gitRemote = z.object({
  name: z.string().min(1).describe('Name of the remote; origin is the repository itself. One called upstream tells agents where a fork came from.'),
  url: gitUrl().describe('URL of the remote: http, https, git, or git@ for SSH.'),
}).meta({ title: 'GitRemote' });

/** What the spec of a Workspace has in every version. */
export const workspaceFields = {
  repo: gitUrl().describe('URL of the repository that is cloned: http, https, git, or git@ for SSH.'),
  ref: z.string().optional().describe(
    'Branch, tag or commit that is checked out; 40 hexadecimal digits are a commit. Left out: the default branch of the repository.',
  ),
  remotes: z.array(gitRemote).optional().meta({
    description: 'More git remotes, added after the clone and reached with the same credential. Left out: origin is the only one.',
    rules: [
      { rule: "self.all(r, r.name != 'origin')", message: 'no remote may be called origin: that is the repository itself' },
      { rule: 'self.map(r, r.name).size() == self.size()', message: 'names of remotes must be unique' },
    ],
  }),
  files: z.array(workspaceFile).optional().describe('Files written into the clone before the agent starts, over what the repository has there. Left out: the clone stays as it is.'),
  setupCommand: z.array(z.string()).min(1).optional().describe(
    'Command and its arguments, run in the clone before the agent starts, without a shell. When it exits with anything but 0, the run fails. Left out: nothing is run.',
  ),
};

export const WORKSPACE_SECRET = 'Secret with the credential for git: a token under GITHUB_TOKEN; or appID, installationID and privateKey of a GitHub App; or username and password; or ssh-privatekey and known_hosts. Left out: the repository is cloned anonymously.';

export type WorkspaceFile = z.infer<typeof workspaceFile>;
export type GitRemote = z.infer<typeof gitRemote>;
