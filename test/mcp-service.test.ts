import { type Chart } from 'cdk8s';
import { EnvValue, McpRuntime, McpService, type McpServiceProps, SecretRef, Telemetry } from 'cdk8s-taskwright';
import { describe, test } from 'vitest';
import { expectSynth } from './expect-synth';

const slack = SecretRef.fromName('slack', { keys: ['token', 'team'] });
const service = (runtime: McpRuntime, props: Partial<McpServiceProps> = {}, name = 'tools') => (chart: Chart) => new McpService(chart, 'tools', { metadata: { name }, runtime, ...props });
const rendered = (spec: object, name = 'tools') => [{ apiVersion: 'kaos.tools/v1alpha1', kind: 'MCPServer', metadata: { name }, spec }];
const longest = 'm'.repeat(53);
const source = 'def add(a: int, b: int) -> int:\n  return a + b\n';
const fromSlack = (token: string) => McpRuntime.slack({ botToken: EnvValue.fromSecret(slack, token), teamId: EnvValue.fromValue('T1') });

describe('an McpService', () => {
  test.each<[string, (chart: Chart) => unknown, object[]]>([
    ['functions of Python', service(McpRuntime.python(source)), rendered({ runtime: 'python-string', params: source })],
    ['what kubectl can do', service(McpRuntime.kubernetes(), { serviceAccount: { name: 'reader' } }), rendered({ runtime: 'kubernetes', serviceAccountName: 'reader' })],
    [
      'Slack',
      service(fromSlack('token')),
      rendered({ runtime: 'slack', container: { env: [{ name: 'SLACK_BOT_TOKEN', valueFrom: { secretKeyRef: { name: 'slack', key: 'token' } } }, { name: 'SLACK_TEAM_ID', value: 'T1' }] } }),
    ],
    [
      'Slack, with a variable of another value',
      service(fromSlack('token'), { env: { SLACK_TEAM_ID: EnvValue.fromValue('T2'), DEBUG: EnvValue.fromValue('1') } }),
      rendered({ runtime: 'slack', container: { env: [{ name: 'SLACK_BOT_TOKEN', valueFrom: { secretKeyRef: { name: 'slack', key: 'token' } } }, { name: 'SLACK_TEAM_ID', value: 'T2' }, { name: 'DEBUG', value: '1' }] } }),
    ],
    ['an image', service(McpRuntime.custom('tools:1'), { args: ['--fast'] }), rendered({ runtime: 'custom', container: { image: 'tools:1', args: ['--fast'] } })],
    ['another runtime', service(McpRuntime.fromName('fastmcp-codemode', { params: 'x' })), rendered({ runtime: 'fastmcp-codemode', params: 'x' })],
    ['another runtime, in another image', service(McpRuntime.fromName('kubernetes'), { image: 'k:2' }), rendered({ runtime: 'kubernetes', container: { image: 'k:2' } })],
    ['telemetry', service(McpRuntime.kubernetes(), { telemetry: Telemetry.otlp() }), rendered({ runtime: 'kubernetes', telemetry: { enabled: true } })],
    ['the longest name', service(McpRuntime.kubernetes(), {}, longest), rendered({ runtime: 'kubernetes' }, longest)],
  ])('serves %s', (_, program, objects) => expectSynth(program, objects));

  test.each<{ it: string; program: (chart: Chart) => unknown; refused: string[] }>([
    { it: 'has no runtime', program: service(undefined as never), refused: ['runtime: has the wrong type, got nothing; pass McpRuntime.python(source), .custom(image) or another'] },
    { it: 'has a runtime that no factory made', program: service('custom' as never), refused: ['runtime: has the wrong type, got a string; pass McpRuntime.python(source), .custom(image) or another'] },
    { it: 'has a runtime without a name', program: service(McpRuntime.fromName('')), refused: ['runtime.name: is missing; name a runtime that the operator is set up with'] },
    { it: 'has no image to run', program: service(McpRuntime.fromName('custom')), refused: ['image: is missing; the runtime custom has none of its own; pass McpRuntime.custom(image)'] },
    { it: 'has an image without a name', program: service(McpRuntime.custom('')), refused: ['runtime.image: is missing; name the image that serves the tools'] },
    { it: 'has two images', program: service(McpRuntime.custom('a'), { image: 'b' }), refused: ['image: says the same thing twice; McpRuntime.custom(image) sets it too; keep one of them'] },
    { it: 'has source that is no text', program: service(McpRuntime.python(3 as never)), refused: ['runtime.params: has the wrong type, got a number; it has to be a text'] },
    { it: 'has a token that no factory made', program: service(McpRuntime.slack({ botToken: 'x' as never, teamId: EnvValue.fromValue('T1') })), refused: ['runtime.botToken: has the wrong type, got a string; pass EnvValue.fromSecret(secret, key)'] },
    {
      it: 'has a token that the Secret does not have',
      program: service(fromSlack('bot')),
      refused: ['runtime: names a Secret without the key that is read from it, got "slack" with only team, token; the variable SLACK_BOT_TOKEN reads bot; rename the key, or pass another Secret than slack'],
    },
    {
      it: 'runs as an account of another namespace',
      program: service(McpRuntime.kubernetes(), { metadata: { name: 'tools', namespace: 'a' }, serviceAccount: { name: 'reader', namespace: 'b' } as never }),
      refused: ['serviceAccount: refers to something in another namespace, got "reader" of namespace b; it is looked up in a; define it there too'],
    },
    { it: 'has a name that its Service cannot have', program: service(McpRuntime.kubernetes(), {}, `${longest}m`), refused: ['metadata.name: is too long, got 54 characters; at most 53, since its Service is called mcpserver-…; shorten the name'] },
  ])('is refused when it $it', ({ program, refused }) => expectSynth(program, { refused: refused.map((line) => `[fleet/tools] ${line}`) }));
});
