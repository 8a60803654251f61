import { z } from 'zod';

/**
 * All references are by name, within the namespace of the object that holds them. (Kubernetes has a SecretReference of its own,
 * with a namespace: hence the title.)
 */

export const secretReference = z.object({
  name: z.string().min(1).describe('Name of a Secret in the same namespace.'),
}).meta({ title: 'LocalSecretReference' });

export const workspaceReference = z.object({
  name: z.string().describe('Name of a Workspace in the same namespace.'),
}).meta({ title: 'WorkspaceReference' });

export const agentConfigReference = z.object({
  name: z.string().describe('Name of an AgentConfig in the same namespace.'),
}).meta({ title: 'AgentConfigReference' });

export const workerPoolReference = z.object({
  name: z.string().min(1).describe('Name of a WorkerPool in the same namespace.'),
}).meta({ title: 'WorkerPoolReference' });

export const webhookGatewayReference = z.object({
  name: z.string().min(1).describe('Name of a WebhookGateway in the same namespace.'),
}).meta({ title: 'WebhookGatewayReference' });

export type SecretReference = z.infer<typeof secretReference>;
export type WorkspaceReference = z.infer<typeof workspaceReference>;
export type AgentConfigReference = z.infer<typeof agentConfigReference>;
export type WorkerPoolReference = z.infer<typeof workerPoolReference>;
