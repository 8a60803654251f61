import type { Event } from './event.ts';
import { changeVariables } from './forge-item.ts';

export const giteaPullRequestEvent: Event = { title: 'GiteaPullRequestEvent', called: 'a Gitea pull request', variables: changeVariables('pull request', 'PR') };
