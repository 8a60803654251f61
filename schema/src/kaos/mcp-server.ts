import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { GROUP, VERSION } from './group.ts';
import { telemetry, workloadFields } from './workload.ts';
import { workloadStatusFields } from './workload-status.ts';

export const mcpServerSpec = z.object({
  runtime: z.string().describe('Name of a runtime that the operator is set up with, or custom for the image of container.'),
  params: z.string().optional().describe('Text for the runtime, handed on as it is to one that takes it. Left out: it gets none.'),
  serviceAccountName: z.string().optional().describe('Service account of the Pod. Left out: the default account of the namespace.'),
  telemetry: telemetry.optional().describe('Where traces, metrics and logs go. Left out: where the operator is set up to send them.'),
  ...workloadFields('mcp-server'),
}).meta({ title: 'McpServerSpec', description: 'What serves the tools.' });

export const mcpServerStatus = z.object({
  phase: z.enum(['Pending', 'Ready', 'Failed']).optional().describe('Where the server is. Left out: nobody has looked at it yet.'),
  availableTools: z.array(z.string()).optional().describe('Names of the tools it offers.'),
  ...workloadStatusFields,
}).meta({ title: 'McpServerStatus', description: 'What has become of the server. Written by the operator.' });

export const mcpServerKind = {
  group: GROUP,
  kind: 'MCPServer',
  plural: 'mcpservers',
  singular: 'mcpserver',
  shortNames: ['mcp', 'mcps'],
  namespaced: true,
  description: 'Tools for agents: a Deployment that serves MCP over HTTP.',
  versions: [{
    ...VERSION,
    schema: z.object({ spec: mcpServerSpec, status: mcpServerStatus.optional() }),
    printerColumns: [
      { name: 'Runtime', type: 'string', jsonPath: '.spec.runtime' },
      { name: 'Ready', type: 'boolean', jsonPath: '.status.ready' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    ],
  }],
} as const satisfies Kind;

export const mcpServerResource = resourceOf(mcpServerKind);

export type McpServerSpec = z.infer<typeof mcpServerSpec>;
export type McpServerStatus = z.infer<typeof mcpServerStatus>;

/** An MCPServer of the API. */
export interface MCPServer {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: McpServerSpec;
  status?: McpServerStatus;
}
