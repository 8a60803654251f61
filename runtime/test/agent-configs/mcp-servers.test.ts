import type { McpServer } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { mcpNeeds, mcpServersJson } from '../../src/agent-configs/mcp-servers.ts';

const data: Record<string, Record<string, string>> = {
  'Secret/keys': { token: 's3cret', B: 'from secret', A: 'a' },
  'ConfigMap/settings': { region: 'eu' },
};
const read = (kind: string, name: string) => data[`${kind}/${name}`];
const stdio = (env: McpServer['env'], more: Partial<McpServer> = {}): McpServer => ({ name: 'gh', type: 'stdio', command: 'gh-mcp', env, ...more });
const entry = (server: McpServer) => JSON.parse(mcpServersJson([server], read)).mcpServers[server.name];

test('members that say nothing are left out, and keys are sorted', () => {
  const json = mcpServersJson([stdio([], { name: 'z', args: [] }), { name: 'a', type: 'http', url: 'https://mcp.acme.io', headers: { b: '2', a: '1' } }], read);
  expect(json).toBe('{"mcpServers":{"a":{"type":"http","url":"https://mcp.acme.io","headers":{"a":"1","b":"2"}},"z":{"type":"stdio","command":"gh-mcp"}}}');
});

test('a server may be called like a property of every object', () => {
  expect(mcpServersJson([{ name: '__proto__', type: 'http', url: 'u' }, { name: 'constructor', type: 'http', url: 'u' }], read)).toContain('"__proto__"');
});

test.each<{ it: string; server: McpServer; env?: object; headers?: object }>([
  { it: 'a plain value', server: stdio([{ name: 'A', value: '1' }]), env: { A: '1' } },
  { it: 'the key of a Secret', server: stdio([{ name: 'T', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } }]), env: { T: 's3cret' } },
  { it: 'the key of a ConfigMap', server: stdio([{ name: 'R', valueFrom: { configMapKeyRef: { name: 'settings', key: 'region' } } }]), env: { R: 'eu' } },
  { it: 'nothing for an optional key that is missing', server: stdio([{ name: 'R', valueFrom: { secretKeyRef: { name: 'keys', key: 'no', optional: true } } }]) },
  { it: 'the last of two with one name', server: stdio([{ name: 'A', value: '1' }, { name: 'A', value: '2' }]), env: { A: '2' } },
  { it: 'a whole Secret over what is inline', server: stdio([{ name: 'B', value: 'inline' }], { envFrom: { secretRef: { name: 'keys' } } }), env: { A: 'a', B: 'from secret', token: 's3cret' } },
  {
    it: 'headers of a Secret over what is inline',
    server: { name: 'h', type: 'http', url: 'u', headers: { B: 'inline', C: 'c' }, headersFrom: { secretRef: { name: 'keys' } } },
    headers: { A: 'a', B: 'from secret', C: 'c', token: 's3cret' },
  },
])('resolves $it', ({ server, env, headers }) => {
  expect({ env: entry(server).env, headers: entry(server).headers }).toEqual({ env, headers });
});

test.each<{ it: string; env: McpServer['env']; error: string }>([
  { it: 'an empty name', env: [{ name: '', value: 'x' }], error: 'env name is empty' },
  { it: 'two sources', env: [{ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }], error: 'env "A" value and valueFrom are mutually exclusive' },
  { it: 'a field of the Pod', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x' } } }], error: 'env "A" valueFrom only supports secretKeyRef and configMapKeyRef' },
  {
    it: 'both references',
    env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' }, configMapKeyRef: { name: 'c', key: 'k' } } }],
    error: 'env "A" valueFrom must set only one of secretKeyRef or configMapKeyRef',
  },
  { it: 'no reference', env: [{ name: 'A', valueFrom: {} }], error: 'env "A" valueFrom must set secretKeyRef or configMapKeyRef' },
])('refuses $it', ({ env, error }) => {
  expect(() => mcpNeeds([stdio(env)])).toThrow(`MCP server "gh": ${error}`);
});

test('refuses a bad name and one that is taken', () => {
  const server = (name: string): McpServer => ({ name, type: 'http', url: 'u' });
  expect(() => mcpServersJson([server('a/b')], read)).toThrow('invalid MCP server configuration: MCP server name "a/b" contains path separators');
  expect(() => mcpServersJson([server('a'), server('a')], read)).toThrow('invalid MCP server configuration: duplicate MCP server name "a"');
});
