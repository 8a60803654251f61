import { type Chart } from 'cdk8s';
import { CodingAgent, ContextSource, Credentials, type SlackOptions, TaskSpawner, Trigger } from 'cdk8s-taskwright';
import { describe, test } from 'vitest';
import { expectSynth } from '../expect-synth';

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const spawner = (options: SlackOptions | undefined, name = 'slack') => (chart: Chart) => {
  const trigger = Trigger.slack(options);
  return new TaskSpawner(chart, 'slack', { metadata: { name }, trigger, agent, prompt: trigger.event.body });
};
const rendered = (slack: object, name = 'slack') => [{
  apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', metadata: { name }, spec: { when: { slack }, taskTemplate: { worker: { type: 'claude-code', credentials: { type: 'none' } }, promptTemplate: '{{.Body}}' } },
}];

describe('a trigger for Slack', () => {
  test.each<[string, SlackOptions | undefined, object]>([
    ['nothing that was not asked for', undefined, {}],
    [
      'everything that can be asked for',
      { channels: ['C0123ABCD', 'G0123ABCD'], excludeChannels: ['D0123ABCD'], triggers: [{ pattern: '^fix', mentionOptional: true }, {}], excludePatterns: ['(?i)\\bdraft\\b'], botMessagePolicy: 'OthersOnly' },
      { channels: ['C0123ABCD', 'G0123ABCD'], excludeFilters: [{ channels: ['D0123ABCD'] }], triggers: [{ pattern: '^fix', mentionOptional: true }, {}], excludePatterns: ['(?i)\\bdraft\\b'], botMessagePolicy: 'OthersOnly' },
    ],
    ['messages of its own that mention it', { triggers: [{}], botMessagePolicy: 'All' }, { triggers: [{}], botMessagePolicy: 'All' }],
    ['messages of its own that match', { triggers: [{ pattern: 'fix', mentionOptional: true }], botMessagePolicy: 'All' }, { triggers: [{ pattern: 'fix', mentionOptional: true }], botMessagePolicy: 'All' }],
    ['every message of other bots', { triggers: [{ mentionOptional: true }], botMessagePolicy: 'OthersOnly' }, { triggers: [{ mentionOptional: true }], botMessagePolicy: 'OthersOnly' }],
    ['a pattern that rules out one of two', { triggers: [{ pattern: 'a' }, { pattern: 'b' }], excludePatterns: ['a'] }, { triggers: [{ pattern: 'a' }, { pattern: 'b' }], excludePatterns: ['a'] }],
    ['the longest pattern', { triggers: [{ pattern: 'a'.repeat(256) }] }, { triggers: [{ pattern: 'a'.repeat(256) }] }],
  ])('is rendered with %s', (_, options, slack) => expectSynth(spawner(options), rendered(slack)));

  test.each<[string, SlackOptions, string[]]>([
    ['the name of a channel', { channels: ['#shop'] }, ['trigger.channels[0]: does not have the right form, got "#shop"; it has to match ^[CG][A-Z0-9]{8,}$']],
    ['a conversation that it cannot listen to', { channels: ['D0123ABCD'] }, ['trigger.channels[0]: does not have the right form, got "D0123ABCD"; it has to match ^[CG][A-Z0-9]{8,}$']],
    ['a channel twice', { channels: ['C0123ABCD', 'C0123ABCD'] }, ['trigger.channels: is used twice, got "C0123ABCD"; keep one of them']],
    ['a channel that it listens to and does not', { channels: ['C0123ABCD'], excludeChannels: ['C0123ABCD'] }, ['trigger.excludeChannels: can never match, got "C0123ABCD"; it is in channels too; take it out of one of them']],
    ['excluded no channels', { excludeChannels: [] }, ['trigger.excludeChannels: has too few items, got 0; at least 1; leave it out']],
    ['an excluded channel twice', { excludeChannels: ['C0123ABCD', 'C0123ABCD'] }, ['trigger.excludeChannels[1]: is used twice, got the value "C0123ABCD"; keep one of them']],
    ['a pattern that looks ahead', { triggers: [{ pattern: 'fix(?=ed)' }] }, ['trigger.triggers[0].pattern: is not a regular expression of RE2, got "fix(?=ed)"; invalid or unsupported Perl syntax: `(?=`; RE2 does not look ahead or behind; say it with a second pattern']],
    ['a pattern that is open', { excludePatterns: ['fix', '(fix'] }, ['trigger.excludePatterns[1]: is not a regular expression of RE2, got "(fix"; missing closing ): `(fix`']],
    ['an empty exclusion', { excludePatterns: [''] }, ['trigger.excludePatterns[0]: is too short, got ""; at least 1 characters']],
    ['too long a pattern', { triggers: [{ pattern: 'a'.repeat(257) }] }, ['trigger.triggers[0].pattern: is too long, got 257 characters; at most 256']],
    ['ruled out what it asks for', { triggers: [{ pattern: 'fix' }], excludePatterns: ['fix'] }, ['trigger.excludePatterns[0]: can never match, got "fix"; it is the pattern of triggers too; take it out of one of them']],
    ['an answer to itself', { triggers: [{ pattern: 'fix' }, { mentionOptional: true }], botMessagePolicy: 'All' }, [
      'trigger.triggers[1]: would wake itself; with botMessagePolicy All every message of the bot is one; pass OthersOnly, or a pattern that its messages do not match',
    ]],
    ['no lists', { channels: 'C0123ABCD' as never, triggers: {} as never }, ['trigger.channels: has the wrong type, got a string; it has to be a list', 'trigger.triggers: has the wrong type, got an object; it has to be a list']],
  ])('says that it has %s', (_, options, lines) => expectSynth(spawner(options), { refused: lines.map((line) => `[fleet/slack] ${line}`) }));

  test('has context sources', () => {
    const owners = ContextSource.http('owners', { url: 'https://teams.example.com/owners' });
    expectSynth((chart) => new TaskSpawner(chart, 'slack', { metadata: { name: 'slack' }, trigger: Trigger.slack(), agent, contextSources: [owners], prompt: `Ask ${owners.text}.` }), [{
      apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', metadata: { name: 'slack' },
      spec: { when: { slack: {} }, taskTemplate: { worker: { type: 'claude-code', credentials: { type: 'none' } }, contextSources: [{ name: 'owners', http: { url: 'https://teams.example.com/owners' } }], promptTemplate: 'Ask {{.Context.owners}}.' } },
    }]);
  });

  test('takes a long name, which is shortened for Tasks', () => expectSynth(spawner({}, 's'.repeat(63)), rendered({}, 's'.repeat(63))));
});
