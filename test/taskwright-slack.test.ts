import { App, Chart } from 'cdk8s';
import { SecretRef, Taskwright, type TaskwrightProps } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

test('is an app of Slack with the secrets of the app, whichever way it hears', () => {
  const container = (props: TaskwrightProps) => new Taskwright(new Chart(new App(), 'taskwright'), 'install', props).deployment.toJson().spec.template.spec.containers[0];
  const before = container({});
  const slack = container({ slack: { secret: SecretRef.fromName('slack'), joinMessage: 'Hello', denySlackConnectChannels: true } });
  const from = (key: string, more = {}) => ({ name: key, valueFrom: { secretKeyRef: { name: 'slack', key, ...more } } });
  expect(slack.env.slice(before.env.length)).toEqual([
    from('SLACK_BOT_TOKEN'), from('SLACK_APP_TOKEN', { optional: true }), from('SLACK_SIGNING_SECRET', { optional: true }), { name: 'SLACK_JOIN_MESSAGE', value: 'Hello' },
  ]);
  expect(slack.args.filter((arg: string) => !before.args.includes(arg))).toEqual(['--deny-slack-connect-channels=true']);
  expect(container({ slack: { secret: SecretRef.fromName('slack') } }).args).toEqual(before.args);
});

test('says which secrets of Slack are missing', () => {
  expectSynth((chart) => {
    new Taskwright(chart, 'a', { namespace: 'a', slack: { secret: SecretRef.fromName('slack', { keys: ['SLACK_APP_TOKEN'] }) } });
    new Taskwright(chart, 'b', { namespace: 'b', slack: { secret: SecretRef.fromName('slack', { keys: ['SLACK_BOT_TOKEN'] }) } });
  }, {
    refused: [
      '[fleet/a] slack.secret: names a Secret without the key that is read from it, got "slack" with only SLACK_APP_TOKEN; an app of Slack reads SLACK_BOT_TOKEN; rename the key, or pass another Secret than slack',
      '[fleet/b] slack.secret: names a Secret without the key that is read from it, got "slack" with only SLACK_BOT_TOKEN; an app of Slack reads SLACK_APP_TOKEN, SLACK_SIGNING_SECRET; add one of them',
    ],
  });
});
