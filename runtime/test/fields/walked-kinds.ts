import { agentConfigKind, type Kind, rootSchema, storedVersion, type StructuralSchema, taskBudgetKind, taskKind, taskRecordKind, workspaceKind } from '@taskwright/schema';

/** A kind whose fields are set, changed and left out, each on the first of these objects that may have it. */
export interface WalkedKind {
  readonly kind: Kind;
  /** Valid specs, each with what a rule asks for beside a field. */
  readonly specs: readonly object[];
}

const credentials = { type: 'api-key', secretRef: { name: 'a' } };
const gitUrl = 'https://git.example/a/a.git';

export const walkedKinds: readonly WalkedKind[] = [
  {
    kind: taskKind,
    specs: [
      { prompt: 'a', worker: { type: 'claude-code', credentials } },
      { prompt: 'a', type: 'claude-code', credentials },
      { prompt: 'a', workerPoolRef: { name: 'a' } },
    ],
  },
  { kind: workspaceKind, specs: [{ repo: gitUrl }] },
  { kind: agentConfigKind, specs: [{}, { plugins: [{ name: 'a', skills: [{ name: 'a', content: 'a' }] }] }, { mcpServers: [{ name: 'a', type: 'stdio', command: 'a', url: 'a' }] }] },
  { kind: taskBudgetKind, specs: [{ taskSelector: {}, period: { type: 'Daily' }, maxInputTokens: 1, maxOutputTokens: 1 }] },
  { kind: taskRecordKind, specs: [{ taskRef: { name: 'a', uid: 'a' }, phase: 'Succeeded', completionTime: '2026-01-01T00:00:00Z' }] },
];

/** Kinds that no controller reads yet: their corpus judges the schema, and nothing of ours writes to them field by field. */
export const NOT_WALKED: readonly string[] = ['WorkerPool', 'TaskSpawner', 'TaskPipeline', 'Session', 'SessionSpawner', 'WebhookGateway', 'Agent', 'MCPServer', 'ModelAPI'];

export function schemaOf(kind: Kind): StructuralSchema {
  return rootSchema(kind.kind, kind.description, storedVersion(kind.versions));
}
