import type { Event } from './event.ts';

export const githubIssueEvent: Event = {
  title: 'GitHubIssueEvent',
  called: 'a GitHub issue',
  variables: {
    ID: { description: 'The number of the issue.', from: 'service' },
    Number: { description: 'The number of the issue.', type: 'number', from: 'service' },
    Title: { description: 'Its title.' },
    Body: { description: 'Its text, which may be empty.' },
    URL: { description: 'Its address for a browser.', from: 'service' },
    Labels: { description: 'The names of its labels, with a comma and a space between them.' },
    Comments: { description: 'Its comments, from the oldest to the newest, with a line --- between them. Of more than 64 KiB only the newest.' },
    Kind: { description: 'Issue, or PR when pull requests are looked for too.', from: 'service' },
  },
};
