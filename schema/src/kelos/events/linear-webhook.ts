import type { Event } from './event.ts';

export const linearWebhookEvent: Event = {
  title: 'LinearWebhookEvent',
  called: 'a Linear webhook',
  variables: {
    ID: { description: 'The ID of what changed.', from: 'service' },
    Title: { description: 'Its title, empty for what has none, such as a comment.' },
    Kind: { description: 'LinearWebhook.', from: 'service' },
    Type: { description: 'What changed, such as Issue.', from: 'service' },
    Action: { description: 'What was done with it: create, update or remove.', from: 'service' },
    State: { description: 'The name of its workflow state, empty for what has none.' },
    Labels: { description: 'The names of its labels, with a comma and a space between them.' },
    IssueID: { description: 'The ID of the issue that a comment is on, empty for everything else.', from: 'service' },
    Payload: { description: 'The whole event, by the names of its fields in JSON: {{.Payload.data.identifier}}.', type: 'anything' },
  },
};
