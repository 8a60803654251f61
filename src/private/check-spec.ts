import type { Problem } from './problem';
import { checkRules } from './rule-check';
import { type StructuralSchema, specSchemaTexts } from './schemas';
import { checkStructure } from './structural';

/** The kinds that have an L2. */
export type CheckedKind = 'Task' | 'TaskBudget' | 'TaskPipeline' | 'Workspace' | 'AgentConfig' | 'WorkerPool' | 'Session' | 'SessionSpawner' | 'WebhookGateway' | 'Agent' | 'MCPServer' | 'ModelAPI' | 'TaskSpawner';

/**
 * Checks a spec against its CRD, before any JSON patch: a patch is how a user gets past us. What the schema cannot say is found
 * by others (`sharper`) and wins where both speak of the same property. The rules of the kind are asked last, when nothing else is wrong, as the server does it.
 *
 * Paths are told as the user wrote them: `spec.` is left out, and `names` says which property a part of the spec comes from.
 */
export function checkSpec(kind: CheckedKind, spec: object, sharper: readonly Problem[], names: { readonly [specPath: string]: string } = {}): Problem[] {
  const told = new Set(sharper.flatMap(({ path }) => [path, `${path}.name`]));
  const structural = checkStructure(schemaOf(kind), spec, 'spec').map((problem) => ({ ...problem, path: asWritten(problem.path, names) }));
  const problems = [...structural.filter(({ path }) => !told.has(path)), ...sharper];
  if (problems.length > 0) return problems;
  return checkRules(schemaOf(kind), spec, 'spec').map((problem) => ({ ...problem, path: asWritten(problem.path, names) }));
}

/**
 * Checks the spec of an L1, which is the wire's own. A field that is not known is left alone: it may be of a newer version, and the compiler tells a slip.
 *
 * The server would drop it, too, before it asks for rules.
 */
export function checkWrittenSpec(kind: string, spec: unknown): Problem[] {
  const schema = schemaOf(kind);
  const structural = checkStructure(schema, spec, 'spec').filter(({ code }) => code !== 'unknown-field');
  return structural.length > 0 ? structural : checkRules(schema, spec, 'spec');
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
