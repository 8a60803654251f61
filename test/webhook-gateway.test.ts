import { type Chart } from 'cdk8s';
import { GitCredentials, SecretRef, WebhookGateway, type WebhookGatewayProps, WebhookSource } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const secret = SecretRef.fromName('hooks');
const token = SecretRef.fromName('token', { keys: ['token'] });
const gateway = (source: WebhookSource, props: Partial<WebhookGatewayProps> = {}) => (chart: Chart) => new WebhookGateway(chart, 'hooks', { metadata: { name: 'hooks' }, source, ...props });
const rendered = (spec: object, metadata: object = { name: 'hooks' }) => [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'WebhookGateway', metadata, spec }];

describe('a WebhookGateway', () => {
  test.each<[string, WebhookSource, object]>([
    ['GitHub', WebhookSource.github(secret), { github: { secretRef: { name: 'hooks' } } }],
    [
      'a GitHub Enterprise Server that it may call',
      WebhookSource.github(secret, { apiBaseUrl: 'https://ghe.example.com/api/v3', credentials: GitCredentials.githubApp(SecretRef.fromName('app')) }),
      { github: { secretRef: { name: 'hooks' }, apiBaseURL: 'https://ghe.example.com/api/v3', credentialsRef: { name: 'app' } } },
    ],
    ['GitHub, with one Secret for both', WebhookSource.github(secret, { credentials: GitCredentials.token(secret) }), { github: { secretRef: { name: 'hooks' }, credentialsRef: { name: 'hooks' } } }],
    ['GitHub within a cluster', WebhookSource.github(secret, { apiBaseUrl: 'http://ghe:8080' }), { github: { secretRef: { name: 'hooks' }, apiBaseURL: 'http://ghe:8080' } }],
    ['Linear', WebhookSource.linear(SecretRef.fromName('hooks', { keys: ['webhook-secret'] })), { linear: { secretRef: { name: 'hooks' } } }],
    ['anybody', WebhookSource.generic(), { generic: {} }],
    ['anybody who signs', WebhookSource.generic({ secret }), { generic: { secretRef: { name: 'hooks' } } }],
  ])('takes deliveries of %s', (_, source, spec) => expectSynth(gateway(source), rendered(spec)));

  test('says whose deliveries it takes', () => {
    expectSynth((chart) => expect(gateway(WebhookSource.linear(secret))(chart).sourceType).toBe('linear'), rendered({ linear: { secretRef: { name: 'hooks' } } }));
    expect(WebhookGateway.fromWebhookGatewayName('hooks').sourceType).toBeUndefined();
  });

  test('has a name made of its path unless it says otherwise', () => {
    expectSynth(gateway(WebhookSource.generic(), { metadata: undefined }), rendered({ generic: {} }, { name: expect.stringMatching(/^fleet-hooks-/) }));
  });

  test.each<{ it: string; source: WebhookSource; refused: string[] }>([
    { it: 'has no source', source: undefined as never, refused: ['source: has the wrong type, got nothing; pass WebhookSource.github(secret), .linear(secret) or .generic()'] },
    { it: 'has a source that no factory made', source: 'github' as never, refused: ['source: has the wrong type, got a string; pass WebhookSource.github(secret), .linear(secret) or .generic()'] },
    { it: 'has no Secret', source: WebhookSource.github(undefined as never), refused: ['source.secret: is missing; it needs a Secret; pass the Secret, or SecretRef.fromName(…)'] },
    {
      it: 'has a Secret without the key',
      source: WebhookSource.linear(SecretRef.fromName('hooks', { keys: ['WEBHOOK_SECRET'] })),
      refused: ['source.secret: names a Secret without the key that is read from it, got "hooks" with only WEBHOOK_SECRET; a gateway reads webhook-secret; rename the key to webhook-secret, or pass the Secret that has it'],
    },
    {
      it: 'may not call the API of GitHub with what it has',
      source: WebhookSource.github(secret, { credentials: GitCredentials.sshKey(secret) }),
      refused: ['source.credentials: is not one of the accepted values, got a Secret with ssh-privatekey and known_hosts; the API of GitHub takes a token or an App; pass GitCredentials.token(secret) or .githubApp(secret)'],
    },
    {
      it: 'has credentials without the key',
      source: WebhookSource.github(secret, { credentials: GitCredentials.token(token) }),
      refused: ['source.credentials: names a Secret without the key that is read from it, got "token" with only token; the gateway reads GITHUB_TOKEN; rename the key, or pass another Secret than token'],
    },
    {
      it: 'asks for certain repositories',
      source: WebhookSource.github(secret, { credentials: GitCredentials.githubApp(secret, { repositories: ['lib'] }) }),
      refused: ['source.credentials.repositories: is not a known field; a gateway gets a token for all repositories of the App; leave it out'],
    },
    { it: 'has credentials that no factory made', source: WebhookSource.github(secret, { credentials: 'token' as never }), refused: ['source.credentials: has the wrong type, got a string; pass GitCredentials.token(secret) or .githubApp(secret)'] },
    ...([
      ['ghe.example.com', 'source.apiBaseUrl: is not a usable URL, got "ghe.example.com"; it has to look like https://ghe.example.com/api/v3'],
      ['https://', 'source.apiBaseUrl: is not a usable URL, got "https://"; it has to look like https://ghe.example.com/api/v3'],
      ['https://ghe.example.com/api?v=3', 'source.apiBaseUrl: is not a usable URL, got "https://ghe.example.com/api?v=3"; it has to look like https://ghe.example.com/api/v3, without ? and #'],
      ['https://bot:key@ghe.example.com', 'source.apiBaseUrl: carries credentials in the URL, got "https://***@ghe.example.com"; take them out: they belong into the Secret'],
    ] as const).map(([apiBaseUrl, line]) => ({ it: `calls ${apiBaseUrl}`, source: WebhookSource.github(secret, { apiBaseUrl }), refused: [line] })),
  ])('says that it $it', ({ source, refused }) => {
    expectSynth(gateway(source), { refused: refused.map((line) => `[fleet/hooks] ${line}`) });
  });
});
