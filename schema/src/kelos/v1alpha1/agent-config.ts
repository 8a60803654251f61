import { z } from 'zod';
import type { KindVersion } from '../../kind.ts';
import { agentConfigFields, mcpServerFields, skillPackageFields } from '../agent-config-fields.ts';
import { SPOKE } from '../group.ts';
import { secretReference } from './references.ts';

const secretSource = z.object({ secretRef: secretReference.describe('The Secret, in the namespace of the Task that uses it.') }).meta({ title: 'SecretValuesSource' });

const mcpServer = z.object({
  ...mcpServerFields,
  env: z.record(z.string(), z.string()).optional().describe('Environment variables of the program. For stdio. Left out: none are added.'),
  envFrom: secretSource.optional().describe('Secret each of whose keys becomes an environment variable. For stdio. Left out: none are added.'),
  headersFrom: secretSource.optional().describe('Secret each of whose keys becomes an HTTP header. For http and sse. Left out: none are added.'),
}).meta({ title: 'McpServer' });

const spec = z.object({
  ...agentConfigFields,
  skills: z.array(z.object(skillPackageFields).meta({ title: 'SkillPackage' })).optional().describe('Packages of skills that are fetched before the agent starts. Left out: there are none.'),
  mcpServers: z.array(mcpServer).optional().describe('MCP servers the agent may use. Left out: it has only those its image brings.'),
}).meta({ title: 'AgentConfigSpec', description: 'What the agent is given besides its prompt.' });

export const agentConfigV1alpha1 = { ...SPOKE, schema: z.object({ spec: spec.optional() }), printerColumns: [] } as const satisfies KindVersion;
