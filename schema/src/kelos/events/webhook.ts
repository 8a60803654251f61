import type { Event } from './event.ts';

/** What a fieldMapping maps is there besides, by the names that it has there. Who maps no title, body or url has none of them. */
export const webhookEvent: Event = {
  title: 'WebhookEvent',
  called: 'a webhook',
  variables: {
    ID: { description: 'What fieldMapping calls id.', from: 'name' },
    Title: { description: 'What fieldMapping calls title.' },
    Body: { description: 'What fieldMapping calls body.' },
    URL: { description: 'What fieldMapping calls url.' },
    Kind: { description: 'GenericWebhook.', from: 'service' },
    Payload: { description: 'The whole body, by the names of its fields in JSON: {{.Payload.alert.name}}.', type: 'anything' },
  },
};
