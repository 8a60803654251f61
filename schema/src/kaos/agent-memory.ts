import { z } from 'zod';

/** Who shares a memory, or may read it. */
const scope = z.enum(['agent', 'user', 'group', 'session']);

const memoryClient = z.object({
  tokenBudget: z.int32().min(0).optional().describe('Tokens of the session that a request recalls. Left out: as many as the store has for it.'),
  rollingSummary: z.boolean().optional().describe('Whether what no longer fits is summed up. Left out: as the store does it.'),
}).meta({ title: 'AgentMemoryClient' });

/**
 * Where an agent keeps its sessions: in its own Pod, in Redis, or in a MemoryStore.
 *
 * Both generations of the reference have their fields here. The older one defaults type to local; the newer one works it out from
 * memoryStore, which a default would contradict: nothing is filled in, and both read the absence alike.
 */
export const agentMemory = z.object({
  enabled: z.boolean().default(true).describe('Whether sessions are kept. Left out: they are.'),
  type: z.enum(['local', 'redis', 'remote']).optional()
    .describe('Where they are kept: local in the Pod, until it ends; redis in the Redis the operator is set up with; remote in a MemoryStore. Left out: remote with memoryStore, else local.'),
  contextLimit: z.int32().min(1).max(100).default(6).describe('Newest events of a session that a request recalls, without a MemoryStore. Left out: 6.'),
  maxSessions: z.int32().min(1).max(100_000).default(1000).describe('Sessions that are kept, without a MemoryStore; the oldest one makes room. Left out: 1000.'),
  maxSessionEvents: z.int32().min(1).max(10_000).default(500).describe('Events that are kept of a session, without a MemoryStore. Left out: 500.'),
  memoryStore: z.string().optional().describe('Name of a MemoryStore in the same namespace. Left out: sessions are kept without one.'),
  scope: scope.default('agent').describe('Who shares what the agent remembers. Left out: the agent keeps it to itself, in all its sessions.'),
  defaultReadScope: scope.optional().describe('What is read when a request names no scope. Left out: as the store has it.'),
  readScopes: z.array(scope).optional().describe('All scopes a request may read. Left out: as the store has it.'),
  clientParams: memoryClient.optional().describe('How much a request recalls from a MemoryStore. Left out: as the store has it.'),
  tools: z.enum(['all', 'read', 'write']).optional().describe('Tools for the store that the model gets. Left out: none.'),
  failureMode: z.enum(['soft', 'strict']).optional().describe('What a request does while the store is away: soft goes on without memory, strict fails. Left out: as the store has it.'),
}).meta({
  title: 'AgentMemory',
  rules: [
    { rule: "!has(self.type) || self.type != 'remote' || has(self.memoryStore)", message: 'memoryStore is required when type is remote' },
    { rule: "!has(self.memoryStore) || !has(self.type) || self.type == 'remote'", message: 'memoryStore must not be set when type is local or redis' },
    { rule: "has(self.memoryStore) || !has(self.scope) || !(self.scope in ['user', 'group'])", message: 'memoryStore is required when scope is user or group' },
    { rule: 'has(self.memoryStore) || !has(self.tools)', message: 'memoryStore is required for tools' },
    {
      rule: "has(self.memoryStore) || ((!has(self.defaultReadScope) || self.defaultReadScope == 'session') && (!has(self.readScopes) || self.readScopes.all(s, s == 'session')))",
      message: 'memoryStore is required to read any scope but session',
    },
    { rule: '!has(self.defaultReadScope) || !has(self.readScopes) || self.defaultReadScope in self.readScopes', message: 'defaultReadScope must be one of readScopes' },
    { rule: "!has(self.readScopes) || size(self.readScopes) <= 1 || (has(self.tools) && self.tools in ['read', 'all'])", message: 'tools must be read or all when there is more than one of readScopes' },
  ],
});
