import type { Problem } from './problem';
import { type StructuralSchema, checkStructure } from './structural';

/**
 * Checks a spec against its CRD, before any JSON patch: a patch is how a user gets past us. Paths are told as the user wrote
 * them: `spec.` is left out, and `names` says which property a part of the spec comes from.
 */
export function checkSpec(kind: 'Task' | 'Workspace' | 'AgentConfig', spec: object, names: { readonly [specPath: string]: string } = {}): Problem[] {
  const schema = schemaOf(kind);
  if (!schema) return [];
  return checkStructure(schema, spec, 'spec').map((problem) => ({ ...problem, path: asWritten(problem.path, names) }));
}

function asWritten(path: string, names: { readonly [specPath: string]: string }): string {
  const longest = Object.keys(names).filter((prefix) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`)).sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return path.replace(/^spec\.?/, '');
  return `${names[longest]}${path.slice(longest.length)}`.replace(/^\./, '');
}

function schemaOf(_kind: string): StructuralSchema | undefined {
  return undefined;
}
