import type { Problem } from './problem';
import { type StructuralSchema, specSchemaTexts } from './schemas';
import { checkStructure } from './structural';

/** The kinds that have an L2. */
export type CheckedKind = 'Task' | 'TaskBudget' | 'TaskPipeline' | 'Workspace' | 'AgentConfig' | 'WorkerPool' | 'Session' | 'WebhookGateway' | 'Agent' | 'MCPServer' | 'ModelAPI' | 'TaskSpawner';

/**
 * Checks a spec against its CRD, before any JSON patch: a patch is how a user gets past us. What the schema cannot say is found
 * by others (`sharper`) and wins where both speak of the same property.
 *
 * Paths are told as the user wrote them: `spec.` is left out, and `names` says which property a part of the spec comes from.
 */
export function checkSpec(kind: CheckedKind, spec: object, sharper: readonly Problem[], names: { readonly [specPath: string]: string } = {}): Problem[] {
  const told = new Set(sharper.flatMap(({ path }) => [path, `${path}.name`]));
  const structural = checkStructure(schemaOf(kind), spec, 'spec').map((problem) => ({ ...problem, path: asWritten(problem.path, names) }));
  return [...structural.filter(({ path }) => !told.has(path)), ...sharper];
}

let texts: { readonly [kind: string]: string } | undefined;
const schemas = new Map<string, StructuralSchema>();

function schemaOf(kind: string): StructuralSchema {
  const known = schemas.get(kind);
  if (known) return known;
  const schema = JSON.parse((texts ??= specSchemaTexts())[kind]!) as StructuralSchema;
  schemas.set(kind, schema);
  return schema;
}

function asWritten(path: string, names: { readonly [specPath: string]: string }): string {
  const longest = Object.keys(names).filter((prefix) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`)).sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return path.replace(/^spec\.?/, '');
  return `${names[longest]}${path.slice(longest.length)}`.replace(/^\./, '');
}
