export interface McpMessage {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly protocolVersion?: string };
}

/** What a server answers that has one tool; nothing to a notification. */
export function answerTo({ id, method, params }: McpMessage): object | undefined {
  if (id === undefined) return undefined;
  const result = (value: object) => ({ jsonrpc: '2.0', id, result: value });
  switch (method) {
    case 'initialize':
      return result({ protocolVersion: params?.protocolVersion ?? '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'sea', version: '1.0.0' } });
    case 'tools/list':
      return result({ tools: [{ name: 'throw_spear', description: 'Throws a spear', inputSchema: { type: 'object', properties: {} } }] });
    default:
      return result({});
  }
}
