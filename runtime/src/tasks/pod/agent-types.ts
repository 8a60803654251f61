import type { AgentType } from '@taskwright/schema';

export interface AgentTypeFacts {
  /** The variable a credential is handed over in; the Secret holds it under the same key. */
  readonly credentialVariable: { readonly 'api-key': string; readonly oauth: string };
}

/** What differs between the agents, as far as a Pod is concerned. */
export const AGENT_TYPES: Readonly<Record<AgentType, AgentTypeFacts>> = {
  'claude-code': { credentialVariable: { 'api-key': 'ANTHROPIC_API_KEY', oauth: 'CLAUDE_CODE_OAUTH_TOKEN' } },
  codex: { credentialVariable: { 'api-key': 'CODEX_API_KEY', oauth: 'CODEX_AUTH_JSON' } },
  gemini: { credentialVariable: { 'api-key': 'GEMINI_API_KEY', oauth: 'GEMINI_API_KEY' } },
  opencode: { credentialVariable: { 'api-key': 'OPENCODE_API_KEY', oauth: 'OPENCODE_API_KEY' } },
  cursor: { credentialVariable: { 'api-key': 'CURSOR_API_KEY', oauth: 'CURSOR_API_KEY' } },
};
