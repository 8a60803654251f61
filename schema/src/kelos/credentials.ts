import { z } from 'zod';
import { secretReference } from './references.ts';

export const credentials = z.object({
  type: z.enum(['api-key', 'oauth', 'none']).describe(
    'How the agent authenticates: with an API key or an OAuth token from the Secret, or, for none, with whatever podOverrides.env or the identity of the workload supplies.',
  ),
  secretRef: secretReference.optional().describe(
    'The Secret with the credential, under the key that the agent reads it from (ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN, CODEX_API_KEY and so on). Left out: nothing is injected, which only the type none allows; that type ignores a Secret.',
  ),
}).meta({ title: 'Credentials' });

export type Credentials = z.infer<typeof credentials>;
