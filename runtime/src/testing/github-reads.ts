import type { components } from '@octokit/openapi-types';
import type { GitHubIssue } from './github-objects.ts';
import type { GitHubRepository } from './github-repository.ts';
import { type GitHubContext, type GitHubRoutes, type GitHubState, NOT_FOUND, pageOf, repositoryOf } from './github-routes.ts';

type Schemas = components['schemas'];
type Answer = Response | Promise<Response>;

/** What may be asked of GitHub without changing it. */
export function addGitHubReads(app: GitHubRoutes, server: GitHubState): void {
  const inRepository = (path: string, answer: (context: GitHubContext, repository: GitHubRepository, number: number) => Answer) => {
    app.get(`/repos/:owner/:repo${path}`, (context) => {
      const repository = repositoryOf(context, server);
      return repository ? answer(context, repository, Number(context.req.param('number'))) : context.json(NOT_FOUND, 404);
    });
  };
  const ofIssue = (path: string, items: (repository: GitHubRepository, number: number) => readonly object[]) => {
    inRepository(path, (context, repository, number) => (repository.issues.has(number) ? pageOf(context, items(repository, number)) : context.json(NOT_FOUND, 404)));
  };

  inRepository('/issues', (context, repository) => listIssues(context, repository));
  inRepository('/issues/:number', (context, repository, number) => {
    const issue = repository.issues.get(number);
    return issue ? context.json(issue) : context.json(NOT_FOUND, 404);
  });
  inRepository('/issues/:number/comments', (context, repository, number) => {
    const since = context.req.query('since');
    return repository.issues.has(number) ? pageOf(context, repository.commentsOf(number).filter((comment) => since === undefined || comment.updated_at >= since)) : context.json(NOT_FOUND, 404);
  });
  inRepository('/pulls', (context, repository) => listPulls(context, repository));
  inRepository('/pulls/:number', (context, repository, number) => {
    const pull = repository.pullOf(number);
    return pull ? context.json(pull) : context.json(NOT_FOUND, 404);
  });
  ofIssue('/pulls/:number/reviews', (repository, number) => repository.reviewsOf(number));
  ofIssue('/pulls/:number/comments', (repository, number) => repository.reviewCommentsOf(number));
  ofIssue('/pulls/:number/files', (repository, number) => repository.filesOf(number));
  inRepository('/collaborators/:login/permission', (context, repository) => {
    const login = context.req.param('login') ?? '';
    const known = repository.permissionOf(login);
    if (!known) return context.json({ ...NOT_FOUND, message: `${login} is not a user` }, 404);
    const permission: Schemas['repository-collaborator-permission'] = { permission: legacy(known.permission), role_name: known.role, user: { ...repository.userOf(login), role_name: known.role } };
    return context.json(permission);
  });
  app.get('/orgs/:org/teams/:slug/memberships/:login', (context) => {
    const { org, slug, login } = context.req.param();
    const state = server.membershipOf(`${org}/${slug}`, login);
    if (!state) return context.json(NOT_FOUND, 404);
    const membership: Schemas['team-membership'] = { url: `${server.apiUrl}/orgs/${org}/teams/${slug}/memberships/${login}`, role: 'member', state };
    return context.json(membership);
  });
  app.get('/user', (context) => {
    const { login, repositories } = context.env.caller;
    if (repositories) return context.json({ message: 'Resource not accessible by integration', documentation_url: 'https://docs.github.com/rest', status: '403' }, 403);
    return login === undefined ? context.json({ message: 'Requires authentication', documentation_url: 'https://docs.github.com/rest', status: '401' }, 401) : context.json({ login, type: 'User' });
  });
}

function listIssues(context: GitHubContext, repository: GitHubRepository): Response {
  const { state = 'open', labels = '', assignee, creator, since, sort, direction } = context.req.query();
  const wanted = labels.split(',').map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
  const found = [...repository.issues.values()].filter((issue) => {
    const has = issue.labels.map((label) => (typeof label === 'string' ? label : label.name ?? '').toLowerCase());
    const assignees = (issue.assignees ?? []).map(({ login }) => login.toLowerCase());
    return (state === 'all' || issue.state === state)
      && wanted.every((name) => has.includes(name))
      && (assignee === undefined || (assignee === '*' ? assignees.length > 0 : assignee === 'none' ? assignees.length === 0 : assignees.includes(assignee.toLowerCase())))
      && (creator === undefined || issue.user?.login.toLowerCase() === creator.toLowerCase())
      && (since === undefined || issue.updated_at >= since);
  });
  return pageOf(context, sorted(found, sort, direction));
}

function listPulls(context: GitHubContext, repository: GitHubRepository): Response {
  const { state = 'open', sort, direction = 'desc' } = context.req.query();
  const found = [...repository.issues.values()].filter((issue) => issue.pull_request && (state === 'all' || issue.state === state));
  return pageOf(context, sorted(found, sort, direction).map(({ number }) => repository.pullOf(number)!));
}

function sorted(issues: GitHubIssue[], sort = 'created', direction = 'desc'): GitHubIssue[] {
  const by = (issue: GitHubIssue) => `${sort === 'updated' ? issue.updated_at : issue.created_at} ${String(issue.number).padStart(10, '0')}`;
  const sign = direction === 'asc' ? 1 : -1;
  return issues.sort((a, b) => (by(a) < by(b) ? -sign : sign));
}

/** There were three once; the other two count as the next lower one. */
function legacy(permission: string): string {
  if (permission === 'maintain') return 'write';
  return permission === 'triage' ? 'read' : permission;
}
