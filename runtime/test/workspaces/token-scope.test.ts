import type { WorkspaceSpec } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { tokenScopeOf } from '../../src/workspaces/token-scope.ts';

const scopeOf = (spec: Partial<WorkspaceSpec>, annotations?: Record<string, string>) =>
  tokenScopeOf({ metadata: { name: 'shop', namespace: 'dev', ...(annotations && { annotations }) }, spec: { repo: 'https://github.com/acme/shop.git', ...spec } });

test.each([
  { repo: 'https://github.com/acme/shop.git', apiUrl: 'https://api.github.com' },
  { repo: 'git@github.com:acme/shop.git', apiUrl: 'https://api.github.com' },
  { repo: 'https://acme.ghe.com/acme/shop', apiUrl: 'https://api.acme.ghe.com' },
  { repo: 'https://GHE.acme.internal:8443/acme/shop', apiUrl: 'https://ghe.acme.internal:8443/api/v3' },
  { repo: 'git@ghe.acme.internal:acme/shop.git', apiUrl: 'https://ghe.acme.internal/api/v3' },
])('the API of $repo is at $apiUrl', ({ repo, apiUrl }) => {
  expect(scopeOf({ repo })).toEqual({ apiUrl, repositories: ['shop'] });
});

test('a token reaches the repository and the remotes of its owner, and no other remote', () => {
  const remotes = [
    { name: 'assets', url: 'https://github.com/Acme/assets.git' },
    { name: 'upstream', url: 'https://github.com/upstream/shop-core.git' },
    { name: 'mirror', url: 'https://gitlab.com/acme/mirror.git' },
  ];
  expect(scopeOf({ remotes })?.repositories).toEqual(['assets', 'shop']);
});

test('an annotation adds repositories', () => {
  expect(scopeOf({}, { 'taskwright.dev/github-repositories': ' zoo, shop,,attic ' })?.repositories).toEqual(['attic', 'shop', 'zoo']);
});

test('a URL without a repository has no scope', () => {
  expect(scopeOf({ repo: 'https://github.com/' })).toBeUndefined();
});
