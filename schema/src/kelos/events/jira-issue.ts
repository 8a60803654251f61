import type { Event } from './event.ts';

export const jiraIssueEvent: Event = {
  title: 'JiraIssueEvent',
  called: 'a Jira issue',
  variables: {
    ID: { description: 'The key of the issue, such as SHOP-42.', from: 'service' },
    Number: { description: 'The number at the end of the key.', type: 'number', from: 'service' },
    Title: { description: 'Its summary.' },
    Body: { description: 'Its description, without markup where Jira keeps a document. With the reference operator it is empty.' },
    URL: { description: 'Its address for a browser.', from: 'service' },
    Labels: { description: 'Its labels, with a comma and a space between them.' },
    Comments: { description: 'Its comments, from the oldest to the newest, with a line --- between them. Of more than 64 KiB only the newest, or with the reference operator the oldest.' },
    Kind: { description: 'The name of its type, such as Bug.' },
    Status: { description: 'The name of its status, such as To Do. The reference operator does not know it, and makes no Task of a template that reads it.' },
  },
};
