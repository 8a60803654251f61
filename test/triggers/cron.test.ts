import type { Chart } from 'cdk8s';
import { CodingAgent, Credentials, TaskSpawner, Trigger } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from '../expect-synth';

const spawner = (schedule: string, prompt?: string) => (chart: Chart) =>
  new TaskSpawner(chart, 'nightly', { metadata: { name: 'nightly' }, trigger: Trigger.cron(schedule), prompt, agent: CodingAgent.claudeCode({ credentials: Credentials.none() }) });

describe('a trigger by the clock', () => {
  test('needs no Workspace', () => {
    expectSynth(spawner('0 6 * * mon-fri', 'Tidy up.'), [{
      apiVersion: 'kelos.dev/v1alpha2',
      kind: 'TaskSpawner',
      metadata: { name: 'nightly' },
      spec: { when: { cron: { schedule: '0 6 * * mon-fri' } }, taskTemplate: { promptTemplate: 'Tidy up.', worker: { type: 'claude-code', credentials: { type: 'none' } } } },
    }]);
  });

  test('has the variables of a tick', () => {
    expect(Trigger.cron('0 6 * * *').event).toEqual({ id: '{{.ID}}', title: '{{.Title}}', time: '{{.Time}}', schedule: '{{.Schedule}}' });
  });

  test('is refused for a schedule that never comes, and without a prompt', () => {
    expectSynth(spawner('0 0 31 2 *'), { refused: [
      '[fleet/nightly] trigger.schedule: is not a schedule, got "0 0 31 2 *"; none of these months has such a day',
      '[fleet/nightly] prompt: is missing; a tick of a schedule has no text; say what the agent should do',
    ] });
  });
});
