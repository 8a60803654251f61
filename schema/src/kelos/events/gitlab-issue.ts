import type { Event } from './event.ts';
import { issueVariables } from './forge-item.ts';

export const gitlabIssueEvent: Event = { title: 'GitLabIssueEvent', called: 'a GitLab issue', variables: issueVariables };
