import type { Event } from './event.ts';
import { issueVariables } from './forge-item.ts';

export const giteaIssueEvent: Event = { title: 'GiteaIssueEvent', called: 'a Gitea issue', variables: issueVariables };
