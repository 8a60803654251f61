import { z } from 'zod';
import type { KindVersion } from '../../kind.ts';
import { SPOKE } from '../group.ts';
import { WORKSPACE_SECRET, workspaceFields } from '../workspace-fields.ts';
import { secretReference } from './references.ts';

const spec = z.object({ ...workspaceFields, secretRef: secretReference.optional().describe(WORKSPACE_SECRET) })
  .meta({ title: 'WorkspaceSpec', description: 'The repository and how it is prepared.' });

export const workspaceV1alpha1 = { ...SPOKE, schema: z.object({ spec: spec.optional() }), printerColumns: [] } as const satisfies KindVersion;
