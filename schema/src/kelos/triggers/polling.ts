import { z } from 'zod';

/** What every trigger that asks a service again and again has. */
export const pollInterval = z.string().optional().describe('Time between two looks: a Go duration such as 30s, or seconds. What cannot be read counts as 5m. Left out: 5m.');

export const repositoryToPoll = z.string().optional().describe(
  'Repository that is looked at, as owner/repo or URL, and the upstreamRepo of the Tasks. Left out: that of the Workspace.',
);

export const priorityLabels = z.array(z.string()).optional().describe('Labels in the order in which new items become Tasks; those without one come last. Left out: they come as they are found.');
