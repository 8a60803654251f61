/** What one kind of forge says in its own way. */
export interface Dialect {
  /** For people: GitLab. */
  readonly called: string;
  /** What `taskwright.dev/source-forge` calls it. */
  readonly name: 'gitlab' | 'gitea';
  /** Of its REST API, below the root. */
  readonly apiPath: string;
  /** A project, for messages. */
  readonly example: string;
  /** The field that names the project. */
  readonly field: 'project' | 'repo';
  /** What a token may have to be, for messages. */
  readonly scopes: string;
  /** Most items on a page, by the name that it has for that. */
  readonly pageSize: Readonly<Record<string, number>>;
  readonly authorization: (token: string, username: string | undefined) => string;
  /** The field that names an account. */
  readonly username: 'username' | 'login';
}

export const gitlab: Dialect = {
  called: 'GitLab',
  name: 'gitlab',
  apiPath: '/api/v4',
  example: 'group/project',
  field: 'project',
  scopes: 'the scope read_api, and api to report',
  pageSize: { per_page: 100 },
  // Access tokens of every kind are taken so; a password beside a username is one as well, as git is given it.
  authorization: (token) => `Bearer ${token}`,
  username: 'username',
};

export const gitea: Dialect = {
  called: 'Gitea',
  name: 'gitea',
  apiPath: '/api/v1',
  example: 'owner/repo',
  field: 'repo',
  scopes: 'read access to issues and repositories, and write access to report',
  pageSize: { limit: 50 },
  authorization: (token, username) => (username === undefined ? `token ${token}` : `Basic ${Buffer.from(`${username}:${token}`).toString('base64')}`),
  username: 'login',
};
