import type { Event } from './event.ts';

export const slackMessageEvent: Event = {
  title: 'SlackMessageEvent',
  called: 'a Slack message',
  variables: {
    ID: { description: 'The timestamp of the message, which is unique in its channel; of a slash command its channel, its name and an ID.', from: 'service' },
    Title: { description: 'Its first line, with the mention that it begins with.' },
    Body: { description: 'Its text with what is attached; of a reply the conversation so far.' },
    URL: { description: 'Its address for a browser. May be empty.', from: 'service' },
    Kind: { description: 'SlackMessage.', from: 'service' },
  },
};
