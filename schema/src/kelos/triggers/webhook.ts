import { z } from 'zod';
import { webhookGatewayReference } from '../references.ts';

export const webhookFilter = z.object({
  field: z.string().describe('JSONPath of a value in the body. One that is not there does not match.'),
  value: z.string().optional().describe('The text that it has to be, which may be empty. Left out: pattern says what it has to be.'),
  pattern: z.string().optional().describe('Regular expression (RE2) that has to match somewhere in it. Left out: value says what it has to be.'),
}).meta({
  title: 'WebhookFilter',
  rules: [{ rule: 'has(self.value) != (has(self.pattern) && size(self.pattern) > 0)', message: 'exactly one of value and pattern is required' }],
});

export const webhookFields = {
  source: z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/).describe('Last part of the path that is listened to: /webhook/<source>.'),
  fieldMapping: z.record(z.string(), z.string()).describe('Variables of the templates, each with the JSONPath of its value in the body. id is required: it tells deliveries apart.'),
  filters: z.array(webhookFilter).optional().describe('What a delivery has to be like: all of them have to match. Left out: every delivery will do.'),
};

export const idIsMapped = { rule: "'id' in self.fieldMapping", message: 'fieldMapping needs id' };

export const webhook = z.object({
  ...webhookFields,
  excludeFilters: z.array(webhookFilter).optional().describe('What a delivery must not be like: one that matches rules it out. Left out: there are none.'),
  gatewayRef: webhookGatewayReference.optional().describe('Listens to the deliveries of this WebhookGateway and to no others; source then names nothing. Left out: to those of the generic server.'),
}).meta({ title: 'GenericWebhook', rules: [idIsMapped] });
