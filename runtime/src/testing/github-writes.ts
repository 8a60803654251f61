import type { components } from '@octokit/openapi-types';
import type { GitHubCheck } from './github-objects.ts';
import type { GitHubRepository } from './github-repository.ts';
import { type GitHubContext, type GitHubRoutes, type GitHubState, NOT_FOUND, repositoryOf } from './github-routes.ts';

type Schemas = components['schemas'];
type Answer = Response | Promise<Response>;

const LONGEST_BODY = 65_536;
const REACTIONS = new Set<Schemas['reaction']['content']>(['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes']);

/** What may be changed on GitHub, and by whom: nobody changes nothing, and only an App makes check runs. */
export function addGitHubWrites(app: GitHubRoutes, server: GitHubState): void {
  const on = (method: 'POST' | 'PATCH' | 'DELETE', path: string, answer: (context: GitHubContext, repository: GitHubRepository) => Answer) => {
    app.on(method, `/repos/:owner/:repo${path}`, (context) => {
      const repository = repositoryOf(context, server);
      if (!repository) return context.json(NOT_FOUND, 404);
      return writerOf(context) === undefined ? context.json({ ...NOT_FOUND, message: 'Requires authentication', status: '401' }, 401) : answer(context, repository);
    });
  };
  const number = (context: GitHubContext) => Number(context.req.param('number'));
  const id = (context: GitHubContext) => Number(context.req.param('id'));

  on('POST', '/issues/:number/comments', async (context, repository) => {
    if (!repository.issues.has(number(context))) return context.json(NOT_FOUND, 404);
    const { body } = await context.req.json<{ body?: string }>();
    if (!body) return invalid(context, 'Body cannot be blank');
    if (body.length > LONGEST_BODY) return invalid(context, 'Body is too long (maximum is 65536 characters)');
    const comment = repository.comment(number(context), { user: writerOf(context)!, body });
    const { app: byApp } = context.env.caller;
    return context.json(byApp ? repository.editComment(Number(comment.id), { performed_via_github_app: byApp as Schemas['integration'] })! : comment, 201);
  });
  on('PATCH', '/issues/comments/:id', async (context, repository) => {
    const { body } = await context.req.json<{ body: string }>();
    const known = repository.editComment(id(context), {});
    if (!known) return context.json(NOT_FOUND, 404);
    if (known.user?.login !== writerOf(context)) return context.json({ ...NOT_FOUND, message: 'Must have admin rights to Repository.', status: '403' }, 403);
    return context.json(repository.editComment(id(context), { body })!);
  });

  on('POST', '/check-runs', async (context, repository) => {
    if (!context.env.caller.app) return context.json({ ...NOT_FOUND, message: 'Resource not accessible by personal access token', status: '403' }, 403);
    const given = await context.req.json<Pick<GitHubCheck, 'name' | 'head_sha' | 'status' | 'started_at' | 'output'> & Partial<GitHubCheck>>();
    if (!/^[0-9a-f]{40}$/.test(given.head_sha)) return invalid(context, `No commit found for SHA: ${given.head_sha}`);
    const check = { external_id: '', conclusion: null, completed_at: null, ...given, id: repository.nextId() };
    repository.checks.push(check);
    return context.json(check, 201);
  });
  on('PATCH', '/check-runs/:id', async (context, repository) => {
    const index = repository.checks.findIndex((check) => check.id === id(context));
    if (index < 0) return context.json(NOT_FOUND, 404);
    const check = { ...repository.checks[index]!, ...await context.req.json<Partial<GitHubCheck>>() };
    repository.checks[index] = check;
    return context.json(check);
  });
  app.get('/repos/:owner/:repo/commits/:sha/check-runs', (context) => {
    const repository = repositoryOf(context, server);
    if (!repository) return context.json(NOT_FOUND, 404);
    const { check_name: name } = context.req.query();
    const found = repository.checks.filter((check) => check.head_sha === context.req.param('sha') && (name === undefined || check.name === name));
    return context.json({ total_count: found.length, check_runs: found });
  });

  on('POST', '/issues/:number/labels', async (context, repository) => {
    if (!repository.issues.has(number(context))) return context.json(NOT_FOUND, 404);
    const { labels } = await context.req.json<{ labels: string[] }>();
    repository.label(number(context), ...labels);
    return context.json(repository.issues.get(number(context))!.labels);
  });
  on('DELETE', '/issues/:number/labels/:name', (context, repository) => {
    const name = context.req.param('name');
    const labels = repository.issues.get(number(context))?.labels ?? [];
    if (!labels.some((label) => (typeof label === 'string' ? label : label.name) === name)) return context.json({ ...NOT_FOUND, message: 'Label does not exist' }, 404);
    repository.unlabel(number(context), name!);
    return context.json(repository.issues.get(number(context))!.labels);
  });

  for (const path of ['issues/:number', 'issues/comments/:id', 'pulls/comments/:id']) {
    on('POST', `/${path}/reactions`, async (context, repository) => {
      const { content } = await context.req.json<{ content: Schemas['reaction']['content'] }>();
      if (!REACTIONS.has(content)) return invalid(context, 'content is not included in the list');
      const of = path.replace(/:\w+/, context.req.param('number') ?? context.req.param('id') ?? '');
      const known = repository.reactions.get(of) ?? [];
      const mine = `${writerOf(context)!} ${content}`;
      if (!known.includes(mine)) repository.reactions.set(of, [...known, mine]);
      return context.json({ content }, known.includes(mine) ? 200 : 201);
    });
  }
}

/** As whom a caller writes. */
function writerOf({ env: { caller } }: GitHubContext): string | undefined {
  return caller.app ? `${caller.app.slug}[bot]` : caller.login;
}

function invalid(context: GitHubContext, message: string): Response {
  return context.json({ message: 'Validation Failed', errors: [{ message }], documentation_url: 'https://docs.github.com/rest', status: '422' }, 422);
}
