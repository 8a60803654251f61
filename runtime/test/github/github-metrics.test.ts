import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { GitHubClients } from '../../src/github/github-clients.ts';
import { GitHubMetrics, resourceOf } from '../../src/github/github-metrics.ts';
import { GitHubServer } from '../../src/testing/github-server.ts';

test.each([
  ['/repos/o/r/issues', 'issues'],
  ['/repos/o/r/issues/1/comments', 'comments'],
  ['/repos/o/r/pulls/1/requested_reviewers', 'pulls'],
  ['/repos/o/r/issues/123/events', 'issues'],
  ['/repos/o/r/pulls/7/reviews', 'reviews'],
  ['/repos/o/r/collaborators/user/permission', 'collaborators'],
  ['/orgs/o/teams/t/memberships/u', 'other'],
  ['/repos/o/constructor', 'other'],
])('%s is about %s', (path, resource) => {
  expect(resourceOf(path)).toBe(resource);
});

test('requests are counted by their answers, and what is left of the limits can be watched', async () => {
  const [clock, registry] = [new VirtualClock(), new Registry()];
  const server = new GitHubServer({ clock });
  server.repository('acme/shop').issue();
  server.addToken('ghp_secret', 'bot');
  const client = new GitHubClients({ clock, fetch: server.fetch, metrics: new GitHubMetrics(registry) }).of({ GITHUB_TOKEN: 'ghp_secret' }, server.apiUrl);
  const { signal } = new AbortController();
  await client.list('/repos/acme/shop/issues', { signal });
  await client.list('/repos/acme/shop/issues', { signal });
  server.fault = () => 'refuse';
  await expect(client.send('POST', '/repos/acme/shop/issues', {}, { signal })).rejects.toThrow('ECONNREFUSED');
  const lines = (await registry.metrics()).split('\n').filter((line) => /^(kelos_github_api_requests_total|taskwright|kelos_github_api_request_duration_seconds_count)/.test(line));
  expect(lines).toEqual([
    'kelos_github_api_requests_total{method="GET",status_code="200",resource="issues"} 1',
    'kelos_github_api_requests_total{method="GET",status_code="304",resource="issues"} 1',
    'kelos_github_api_requests_total{method="POST",status_code="error",resource="issues"} 1',
    'kelos_github_api_request_duration_seconds_count{method="GET",resource="issues"} 2',
    'kelos_github_api_request_duration_seconds_count{method="POST",resource="issues"} 1',
    'taskwright_github_rate_limit_remaining{account="1",resource="core"} 4999',
  ]);
});
