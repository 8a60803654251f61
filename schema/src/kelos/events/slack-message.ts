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
    Text: { description: 'Its text without the mentions that it begins with. The reference does not offer it.' },
    User: { description: 'The ID of who wrote it; of a bot without a user the ID of the bot. The reference does not offer it.', from: 'service' },
    UserName: { description: 'The name of who wrote it; their ID where Slack does not tell. The reference does not offer it.' },
    Channel: { description: 'The ID of its channel. The reference does not offer it.', from: 'service' },
    Thread: { description: 'The timestamp of the message that its thread begins with, or would; empty for a slash command. The reference does not offer it.', from: 'service' },
    Command: { description: 'The slash command, with its slash; empty for a message. The reference does not offer it.', from: 'name' },
    Files: { description: 'The names and addresses of its files, one on each line. The reference does not offer it.' },
  },
};
