import { type AgentType, Credentials, SecretRef } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';

const secret = SecretRef.fromName('key');

describe('Credentials', () => {
  test.each<{ agent: AgentType; apiKey: string; oauth: string }>([
    { agent: 'claude-code', apiKey: 'ANTHROPIC_API_KEY', oauth: 'CLAUDE_CODE_OAUTH_TOKEN' },
    { agent: 'codex', apiKey: 'CODEX_API_KEY', oauth: 'CODEX_AUTH_JSON' },
    { agent: 'gemini', apiKey: 'GEMINI_API_KEY', oauth: 'GEMINI_API_KEY' },
    { agent: 'opencode', apiKey: 'OPENCODE_API_KEY', oauth: 'OPENCODE_API_KEY' },
    { agent: 'cursor', apiKey: 'CURSOR_API_KEY', oauth: 'CURSOR_API_KEY' },
  ])('of $agent are under $apiKey or $oauth', ({ agent, apiKey, oauth }) => {
    expect(Credentials.apiKey(secret).keyFor(agent)).toBe(apiKey);
    expect(Credentials.oauth(secret).keyFor(agent)).toBe(oauth);
    expect(Credentials.none().keyFor(agent)).toBeUndefined();
  });

  test('hold the Secret, never a value', () => {
    expect(Credentials.oauth(secret)).toEqual({ type: 'oauth', secret });
    expect(Credentials.none()).toEqual({ type: 'none', secret: undefined });
  });
});
