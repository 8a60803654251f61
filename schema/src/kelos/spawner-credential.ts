import { z } from 'zod';
import { secretReference } from './references.ts';

const spawnerCredential = z.object({
  name: z.string().min(1).max(63).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
    .describe('Name of the credential, unique in the list. What is made with it carries it in the label kelos.dev/spawner-credential.'),
  type: z.enum(['api-key', 'oauth']).describe('What the Secret holds: an API key or an OAuth token.'),
  secretRef: secretReference.describe('The Secret with the credential, under the key that the agent reads it from.'),
}).meta({ title: 'SpawnerCredential' });

/** Credentials of which each object that a spawner makes gets one. */
export const spawnerCredentials = z.array(spawnerCredential).min(1).meta({ listMapKeys: ['name'] });

export type SpawnerCredential = z.infer<typeof spawnerCredential>;
