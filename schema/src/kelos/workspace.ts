import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { GROUP, HUB } from './group.ts';
import { secretReference } from './references.ts';
import { workspaceV1alpha1 } from './v1alpha1/workspace.ts';
import { WORKSPACE_SECRET, workspaceFields } from './workspace-fields.ts';

export const workspaceSpec = z.object({
  ...workspaceFields,
  secretRef: secretReference.optional().describe(WORKSPACE_SECRET),
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
  }, workspaceV1alpha1],
} as const satisfies Kind;

export const workspaceResource = resourceOf(workspaceKind);

export type WorkspaceSpec = z.infer<typeof workspaceSpec>;

/** A Workspace of the API. The server stores one without `spec` too, as the reference does. */
export interface Workspace {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: WorkspaceSpec;
}
