import { describe, expect, test } from 'vitest';
import { checkBranch, checkRepositoryPath, checkRepositoryUrl } from '../../src/private/git';

describe('a repository URL', () => {
  test.each(['https://github.com/acme/shop.git', 'http://127.0.0.1:8080/shop.git', 'git://host/shop', 'git@github.com:acme/shop.git', 'https://bot@github.com/acme/shop.git', '${Token[TOKEN.1]}'])('can be %s', (url) => {
    expect(checkRepositoryUrl(url, 'repo')).toEqual([]);
  });

  test.each(['', 'acme/shop', 'github.com/acme/shop', 'https://github.com', 'https:///acme/shop', 'ssh://git@github.com/acme/shop', 'file:///srv/shop', 'git@github.com', 'https://github.com/acme/my shop'])('cannot be %j', (url) => {
    expect(checkRepositoryUrl(url, 'repo')).toMatchObject([{ code: 'invalid-url' }]);
  });

  test.each(['https://bot:hunter2@github.com/acme/shop.git', 'https://ghp_0123456789@github.com/acme/shop.git', 'https://github_pat_01@github.com/a/b'])('carries no credentials: %s', (url) => {
    const [problem] = checkRepositoryUrl(url, 'repo');
    expect(problem).toMatchObject({ code: 'url-credentials' });
    expect(JSON.stringify(problem)).not.toMatch(/hunter2|ghp_|github_pat_/);
  });
});

describe('a branch', () => {
  test.each(['main', 'fix/rounding', 'v1.2', 'feature-#12', 'a@b', '${Token[TOKEN.1]}'])('can be %s', (branch) => {
    expect(checkBranch(branch, 'branch')).toEqual([]);
  });

  test.each(['', '@', 'HEAD', '-x', 'a b', 'a..b', 'a~1', 'a^', 'a:b', 'a?', 'a*', 'a[b', 'a\\b', 'a\nb', '/a', 'a/', 'a//b', 'a.', '.a', 'a/.b', 'a.lock', 'a.lock/b', 'a@{1}'])('cannot be %j', (branch) => {
    expect(checkBranch(branch, 'branch')).toMatchObject([{ code: 'invalid-branch', path: 'branch' }]);
  });
});

describe('a path in a repository', () => {
  test.each(['README.md', 'a/b/c', './a', 'a/../b', '.github/workflows/ci.yaml', '.git/hooks/pre-push'])('can be %s', (path) => {
    expect(checkRepositoryPath(path, 'files')).toEqual([]);
  });

  test.each(['', ' ', '/', '/etc/passwd', '..', '../a', 'a/../../b', 'a\\b', '.', 'a/..'])('cannot be %j', (path) => {
    expect(checkRepositoryPath(path, 'files')).toMatchObject([{ code: 'invalid-path', path: 'files' }]);
  });
});
