import type { Event } from './event.ts';
import { changeVariables } from './forge-item.ts';

export const gitlabMergeRequestEvent: Event = { title: 'GitLabMergeRequestEvent', called: 'a GitLab merge request', variables: changeVariables('merge request', 'MR') };
