import { z } from 'zod';

/** The older version lets an empty name through. */
export const secretReference = z.object({
  name: z.string().describe('Name of a Secret in the same namespace.'),
}).meta({ title: 'LocalSecretReference' });
