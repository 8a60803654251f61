import { z } from 'zod';

const filePatterns = z.object({
  include: z.array(z.string()).optional().describe('One of the files that exclude leaves has to match one of these. Left out: any file will do.'),
  exclude: z.array(z.string()).optional().describe('Files that do not count; a change of nothing else is ruled out. Left out: all files count.'),
}).meta({ title: 'FilePatterns' });

export const optionalFilePatterns = filePatterns.optional().describe('Globs for the files that were changed; ** spans directories. Left out: they decide nothing.');
