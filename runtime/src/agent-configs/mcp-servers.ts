import { JobBuildError } from '../tasks/job-build-error.ts';
import { entryNameFault } from './entry-name.ts';
import type { MergedConfig } from './merge.ts';
import type { DataNeed, ReadData } from './referenced-data.ts';

type McpServer = MergedConfig['mcpServers'][number];
type McpVariable = NonNullable<McpServer['env']>[number];

/** A variable's text, or where it comes from. */
type Source = { readonly value: string } | { readonly need: DataNeed & { readonly key: string } };

/** What must exist before `mcpServersJson` can be written. Throws for what no Secret or ConfigMap could mend. */
export function mcpNeeds(servers: readonly McpServer[]): DataNeed[] {
  return servers.flatMap((server) => [
    ...(server.headersFrom ? [{ kind: 'Secret' as const, name: server.headersFrom.secretRef.name }] : []),
    ...(server.env ?? []).map((variable) => sourceOf(server, variable)).flatMap((source) => ('need' in source ? [source.need] : [])),
    ...(server.envFrom ? [{ kind: 'Secret' as const, name: server.envFrom.secretRef.name }] : []),
  ]);
}

/**
 * The value of `KELOS_MCP_SERVERS`: every server with its references resolved. It may hold secrets, so it goes into a Secret.
 *
 * As in the reference, and the other way round than in a Pod, `headersFrom` and `envFrom` win over what is written inline.
 */
export function mcpServersJson(servers: readonly McpServer[], read: ReadData): string {
  const entries = new Map<string, object>();
  for (const server of servers) {
    const fault = entryNameFault('MCP server', server.name);
    if (fault) throw new JobBuildError(`invalid MCP server configuration: ${fault}`);
    if (entries.has(server.name)) throw new JobBuildError(`invalid MCP server configuration: duplicate MCP server name "${server.name}"`);
    const { type, command, args, url } = server;
    entries.set(server.name, withoutEmpty({ type, command, args, url, headers: headersOf(server, read), env: environmentOf(server, read) }));
  }
  return JSON.stringify({ mcpServers: sorted(Object.fromEntries(entries)) });
}

function headersOf(server: McpServer, read: ReadData): Record<string, string> {
  const secret = server.headersFrom && read('Secret', server.headersFrom.secretRef.name);
  return sorted({ ...server.headers, ...secret });
}

function environmentOf(server: McpServer, read: ReadData): Record<string, string> {
  const env: Record<string, string> = {};
  for (const variable of server.env ?? []) {
    const source = sourceOf(server, variable);
    const value = 'value' in source ? source.value : read(source.need.kind, source.need.name)?.[source.need.key];
    if (value !== undefined) env[variable.name] = value;
  }
  const secret = server.envFrom && read('Secret', server.envFrom.secretRef.name);
  return sorted({ ...env, ...secret });
}

function sourceOf(server: McpServer, { name, value, valueFrom }: McpVariable): Source {
  const refuse = (what: string) => new JobBuildError(`MCP server "${server.name}": ${what}`, 'MCP server secret');
  if (!name) throw refuse('env name is empty');
  if (!valueFrom) return { value: value ?? '' };
  if (value) throw refuse(`env "${name}" value and valueFrom are mutually exclusive`);

  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef, fileKeyRef } = valueFrom;
  if (fieldRef || resourceFieldRef || fileKeyRef) throw refuse(`env "${name}" valueFrom only supports secretKeyRef and configMapKeyRef`);
  if (secretKeyRef && configMapKeyRef) throw refuse(`env "${name}" valueFrom must set only one of secretKeyRef or configMapKeyRef`);
  const reference = secretKeyRef ?? configMapKeyRef;
  if (!reference) throw refuse(`env "${name}" valueFrom must set secretKeyRef or configMapKeyRef`);
  return {
    need: { kind: secretKeyRef ? 'Secret' : 'ConfigMap', name: reference.name ?? '', key: reference.key, ...(reference.optional ? { optional: true } : {}) },
  };
}

function withoutEmpty(entry: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value && Object.keys(Object(value)).length > 0));
}

function sorted<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
