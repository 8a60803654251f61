import { EnvValue, McpServer, SecretRef } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';

const codes = (server: McpServer) => server._check('server').map(({ code, path }) => `${code} ${path}`);

describe('an MCP server', () => {
  test('has no more than it was given', () => {
    expect(JSON.parse(JSON.stringify(McpServer.stdio('db', { command: 'db' })._render()))).toEqual({ name: 'db', type: 'stdio', command: 'db' });
    expect(JSON.parse(JSON.stringify(McpServer.http('docs', { url: 'https://docs.example.com' })._render()))).toEqual({ name: 'docs', type: 'http', url: 'https://docs.example.com' });
    expect(McpServer.sse('old', { url: 'http://old.example.com' })._render()).toMatchObject({ type: 'sse' });
  });

  test('keeps the order of its variables', () => {
    const env = { Z: EnvValue.fromValue('1'), A: EnvValue.fromSecret(SecretRef.fromName('s'), 'k', { optional: true }) };
    expect(McpServer.stdio('db', { command: 'db', env })._render().env).toEqual([
      { name: 'Z', value: '1' },
      { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } },
    ]);
  });

  test.each([
    { it: 'a name that is a path', server: McpServer.http('a/b', { url: 'https://x' }), found: ['invalid-name server.name'] },
    { it: 'no command', server: McpServer.stdio('db', { command: '' }), found: ['required server.command'] },
    { it: 'a variable without a name', server: McpServer.stdio('db', { command: 'db', env: { '': EnvValue.fromValue('') } }), found: ['invalid-name server.env'] },
    { it: 'a URL of another kind', server: McpServer.http('docs', { url: 'ws://docs.example.com' }), found: ['invalid-url server.url'] },
    { it: 'a URL that is known later', server: McpServer.http('docs', { url: '${Token[TOKEN.1]}' }), found: [] },
  ])('with $it gives $found', ({ server, found }) => {
    expect(codes(server)).toEqual(found);
  });
});
