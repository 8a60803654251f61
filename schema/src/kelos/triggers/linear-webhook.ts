import { z } from 'zod';
import { webhookGatewayReference } from '../references.ts';

const linearWebhookFilter = z.object({
  type: z.string().optional().describe('Resource that the filter is for, in any case of letters. Left out: every one.'),
  action: z.enum(['create', 'update', 'remove', '']).optional().describe('What has to have been done with it. Left out: anything.'),
  states: z.array(z.string()).optional().describe('Names of workflow states of which it has to be in one, in any case of letters. Left out: any.'),
  labels: z.array(z.string()).optional().describe('Labels that it has to have, all of them, in any case of letters. Left out: none has to be there.'),
  excludeLabels: z.array(z.string()).optional().describe('Labels of which it may have none, in any case of letters. Left out: any will do.'),
}).meta({ title: 'LinearWebhookFilter' });

export const linearWebhookFields = {
  types: z.array(z.string()).min(1).describe('Resources of Linear that are listened to, such as Issue or Comment, in any case of letters.'),
  filters: z.array(linearWebhookFilter).optional().describe('What an event has to be like: one of them has to match. Left out: every event will do.'),
};

export const linearWebhook = z.object({
  ...linearWebhookFields,
  gatewayRef: webhookGatewayReference.optional().describe('Listens to the deliveries of this WebhookGateway and to no others. Left out: to those of the server for Linear.'),
}).meta({ title: 'LinearWebhook' });
