/** Why `name` cannot be a plugin, a skill, an agent or an MCP server (it becomes a file name), or nothing if it can. */
export function entryNameFault(kind: 'plugin' | 'skill' | 'agent' | 'MCP server', name: string): string | undefined {
  if (name === '') return `${kind} name is empty`;
  if (/[/\\]/.test(name)) return `${kind} name "${name}" contains path separators`;
  if (name === '.' || name === '..') return `${kind} name "${name}" is a path traversal`;
  return undefined;
}
