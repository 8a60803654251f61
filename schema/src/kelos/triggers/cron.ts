import { z } from 'zod';

export const cron = z.object({
  schedule: z.string().describe('When a Task is made: a cron expression of five fields, in UTC. With CRON_TZ=Europe/Berlin before it, by the clocks of that zone; @daily and the like stand for such expressions.'),
}).meta({ title: 'Cron' });
