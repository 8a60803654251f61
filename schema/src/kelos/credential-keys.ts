import type { AgentType } from './worker.ts';

/**
 * The key that each agent reads from the Secret of its credentials, which is also the variable it finds the value in.
 * Credentials of the type `none` have no Secret.
 */
export const CREDENTIAL_KEYS: Readonly<Record<AgentType, { readonly 'api-key': string; readonly oauth: string }>> = {
  'claude-code': { 'api-key': 'ANTHROPIC_API_KEY', oauth: 'CLAUDE_CODE_OAUTH_TOKEN' },
  codex: { 'api-key': 'CODEX_API_KEY', oauth: 'CODEX_AUTH_JSON' },
  gemini: { 'api-key': 'GEMINI_API_KEY', oauth: 'GEMINI_API_KEY' },
  opencode: { 'api-key': 'OPENCODE_API_KEY', oauth: 'OPENCODE_API_KEY' },
  cursor: { 'api-key': 'CURSOR_API_KEY', oauth: 'CURSOR_API_KEY' },
};
