import { z } from 'zod';

/** All references are by name, within the namespace of the object that holds them. */

export const secretReference = z.object({
  name: z.string().min(1).describe('Name of a Secret in the same namespace.'),
});

export const workspaceReference = z.object({
  name: z.string().describe('Name of a Workspace in the same namespace.'),
});

export const agentConfigReference = z.object({
  name: z.string().describe('Name of an AgentConfig in the same namespace.'),
});

export const workerPoolReference = z.object({
  name: z.string().min(1).describe('Name of a WorkerPool in the same namespace.'),
});

export type SecretReference = z.infer<typeof secretReference>;
export type WorkspaceReference = z.infer<typeof workspaceReference>;
export type AgentConfigReference = z.infer<typeof agentConfigReference>;
export type WorkerPoolReference = z.infer<typeof workerPoolReference>;
