import type { EventVariable } from './event.ts';

/** What GitLab, Gitea and Forgejo tell of an issue. */
export const issueVariables: Readonly<Record<string, EventVariable>> = {
  ID: { description: 'The number of the issue in its project.', from: 'service' },
  Number: { description: 'The number of the issue in its project.', type: 'number', from: 'service' },
  Title: { description: 'Its title.' },
  Body: { description: 'Its text, which may be empty.' },
  URL: { description: 'Its address for a browser.', from: 'service' },
  Labels: { description: 'The names of its labels, with a comma and a space between them.' },
  Comments: { description: 'Its comments, from the oldest to the newest, with a line --- between them. Of more than 64 KiB only the newest.' },
  Kind: { description: 'Issue.', from: 'service' },
};

/** What they tell of a change that somebody wants merged. */
export function changeVariables(called: string, kind: string): Readonly<Record<string, EventVariable>> {
  return {
    ...issueVariables,
    ID: { description: `The number of the ${called} in its project.`, from: 'service' },
    Number: { description: `The number of the ${called} in its project.`, type: 'number', from: 'service' },
    Kind: { description: `${kind}.`, from: 'service' },
    Branch: { description: 'The branch that it wants merged, named by who opened it.', from: 'name' },
    ReviewState: { description: 'What its reviews come to: approved, changes_requested, or nothing.', from: 'service' },
    ReviewComments: { description: 'Comments on lines of its newest commit, each after its file and line, with a line --- between them. Of more than 64 KiB only the newest.' },
  };
}
