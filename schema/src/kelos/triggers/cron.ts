import { z } from 'zod';

export const cron = z.object({
  schedule: z.string().describe('When a Task is made: a cron expression of five fields, in UTC.'),
}).meta({ title: 'Cron' });
