/** The agents that come with an image. A custom one takes the type of the agent whose credentials it reads, and its own image. */
export const AGENT_TYPES = ['claude-code', 'codex', 'gemini', 'opencode', 'cursor'] as const;

export type AgentType = (typeof AGENT_TYPES)[number];

/** The key of the Secret that holds the credential of an agent; the variable it is handed over in has the same name. */
export const CREDENTIAL_KEYS: Readonly<Record<AgentType, { readonly 'api-key': string; readonly oauth: string }>> = {
  'claude-code': { 'api-key': 'ANTHROPIC_API_KEY', oauth: 'CLAUDE_CODE_OAUTH_TOKEN' },
  codex: { 'api-key': 'CODEX_API_KEY', oauth: 'CODEX_AUTH_JSON' },
  gemini: { 'api-key': 'GEMINI_API_KEY', oauth: 'GEMINI_API_KEY' },
  opencode: { 'api-key': 'OPENCODE_API_KEY', oauth: 'OPENCODE_API_KEY' },
  cursor: { 'api-key': 'CURSOR_API_KEY', oauth: 'CURSOR_API_KEY' },
};
