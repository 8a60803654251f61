import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { GROUP, HUB } from './group.ts';
import { secretReference } from './references.ts';

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

export const workspaceSpec = z.object({
  repo: gitUrl().describe('URL of the repository that is cloned: http, https, git, or git@ for SSH.'),
  ref: z.string().optional().describe(
    'Branch, tag or commit that is checked out; 40 hexadecimal digits are a commit. Left out: the default branch of the repository.',
  ),
  secretRef: secretReference.optional().describe(
    'Secret with the credential for git: a token under GITHUB_TOKEN; or appID, installationID and privateKey of a GitHub App; or username and password; or ssh-privatekey and known_hosts. Left out: the repository is cloned anonymously.',
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
  ghproxy: z.object({}).meta({ title: 'GitHubProxy' }).optional().describe(
    'An empty object turns on a caching proxy for the GitHub API, one for this Workspace. Left out: agents talk to GitHub directly.',
  ),
}).meta({ title: 'WorkspaceSpec', description: 'The repository and how it is prepared.' });

export const workspaceKind = {
  group: GROUP,
  kind: 'Workspace',
  plural: 'workspaces',
  singular: 'workspace',
  shortNames: [],
  namespaced: true,
  description: 'A git repository that agents work in, and how it is prepared for them.',
  versions: [{
    ...HUB,
    schema: z.object({ spec: workspaceSpec.optional() }),
    printerColumns: [],
  }],
} as const satisfies Kind;

export const workspaceResource = resourceOf(workspaceKind);

export type WorkspaceSpec = z.infer<typeof workspaceSpec>;
export type WorkspaceFile = z.infer<typeof workspaceFile>;
export type GitRemote = z.infer<typeof gitRemote>;

/** A Workspace of the API. The server stores one without `spec` too, as the reference does. */
export interface Workspace {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: WorkspaceSpec;
}
