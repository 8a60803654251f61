import type { Event } from './event.ts';

export const githubPullRequestEvent: Event = {
  title: 'GitHubPullRequestEvent',
  called: 'a GitHub pull request',
  variables: {
    ID: { description: 'The number of the pull request.', from: 'service' },
    Number: { description: 'The number of the pull request.', type: 'number', from: 'service' },
    Title: { description: 'Its title.' },
    Body: { description: 'Its text, which may be empty.' },
    URL: { description: 'Its address for a browser.', from: 'service' },
    Labels: { description: 'The names of its labels, with a comma and a space between them.' },
    Comments: { description: 'Its comments, from the oldest to the newest, with a line --- between them. Of more than 64 KiB only the newest.' },
    Kind: { description: 'PR.', from: 'service' },
    Branch: { description: 'The branch that it wants merged, named by who opened it.', from: 'name' },
    ReviewState: { description: 'What the reviews of its newest commit come to: approved, changes_requested, or nothing.', from: 'service' },
    ReviewComments: { description: 'Comments on lines of its newest commit, each after its file and line, with a line --- between them. Of more than 64 KiB only the newest.' },
  },
};
