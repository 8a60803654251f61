import { ApiObject, type Chart } from 'cdk8s';
import { BudgetWindow, CodingAgent, Cost, Credentials, l1, Task, TaskBudget, type TaskBudgetProps, TaskSelector } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const budget = (props: TaskBudgetProps) => (chart: Chart) => new TaskBudget(chart, 'daily', props);
const rendered = (spec: object, metadata: object = { name: 'fleet-daily-c8f2f4e3' }) => [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskBudget', metadata, spec }];

describe('a TaskBudget', () => {
  test('is for all Tasks of its namespace and a day of UTC unless it says otherwise', () => {
    expectSynth(budget({ maxCost: Cost.usd(10) }), rendered({ taskSelector: {}, period: { type: 'Daily' }, maxCostUSD: '10' }, { name: expect.stringMatching(/^fleet-daily-/) }));
  });

  test('is rendered with everything that can be asked for', () => {
    const props: TaskBudgetProps = {
      metadata: { name: 'shop', namespace: 'agents' },
      tasks: TaskSelector.labels({ team: 'shop' }).and(TaskSelector.labelIn('stage', ['plan', 'build'])),
      window: BudgetWindow.daily('Europe/Berlin'),
      maxCost: Cost.usd(2.5),
      maxInputTokens: 1_000_000,
      maxOutputTokens: 0,
      hardStop: true,
    };
    expectSynth(budget(props), rendered({
      taskSelector: { matchLabels: { team: 'shop' }, matchExpressions: [{ key: 'stage', operator: 'In', values: ['plan', 'build'] }] },
      period: { type: 'Daily', timezone: 'Europe/Berlin' },
      maxCostUSD: '2.5',
      maxInputTokens: 1_000_000,
      maxOutputTokens: 0,
    }, { name: 'shop', namespace: 'agents', annotations: { 'taskwright.dev/hard-stop': 'true' } }));
  });

  test.each<{ it: string; props: TaskBudgetProps; refused: string[] }>([
    { it: 'limits nothing', props: {}, refused: ['maxCost: is missing; limit something: set maxCost, maxInputTokens or maxOutputTokens'] },
    { it: 'has less than nothing', props: { maxCost: Cost.usd(-1), maxInputTokens: -1 }, refused: ['maxInputTokens: is too small, got -1; at least 0', 'maxCost: is too small, got -1; at least 0'] },
    { it: 'has no amount', props: { maxCost: Cost.usd(NaN) }, refused: ['maxCost: has the wrong type, got NaN; it has to be a number of dollars'] },
    { it: 'has more than has cents', props: { maxCost: Cost.usd(1e12) }, refused: ['maxCost: is too large, got 1000000000000; less than 1000000000000'] },
    { it: 'counts half a token', props: { maxOutputTokens: 0.5 }, refused: ['maxOutputTokens: has the wrong type, got a fraction; it has to be a whole number'] },
    { it: 'has a time zone that there is not', props: { maxCost: Cost.usd(1), window: BudgetWindow.daily('Europe/Berlim') }, refused: ['window.timezone: is not a time zone, got "Europe/Berlim"; it has to be an IANA name such as Europe/Berlin; did you mean Europe/Berlin?'] },
    { it: 'writes a time zone as the server does not', props: { maxCost: Cost.usd(1), window: BudgetWindow.daily('europe/berlin') }, refused: ['window.timezone: is not a time zone, got "europe/berlin"; it has to be an IANA name such as Europe/Berlin; did you mean Europe/Berlin?'] },
    { it: 'has an offset for a time zone', props: { maxCost: Cost.usd(1), window: BudgetWindow.daily('+01') }, refused: ['window.timezone: is not a time zone, got "+01"; it has to be an IANA name such as Europe/Berlin'] },
    { it: 'names no value', props: { maxCost: Cost.usd(1), tasks: TaskSelector.labelIn('stage', []) }, refused: ['tasks.stage: has too few items, got no values; at least 1; name the values'] },
    {
      it: 'selects by what is no label',
      props: { maxCost: Cost.usd(1), tasks: TaskSelector.labels({ 'a team': 'shop', 'team': 'the shop' }) },
      refused: [
        'tasks: is not a usable name, got "a team"; the key of a label is at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit; example.com/ may stand before it',
        'tasks.team: does not have the right form, got "the shop"; the value of a label is at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit',
      ],
    },
    { it: 'was made without the compiler', props: { maxCost: 10 as never, tasks: { team: 'shop' } as never, window: 'Daily' as never }, refused: [
      'tasks: has the wrong type, got an object; pass TaskSelector.labels({ … }) or another',
      'window: has the wrong type, got a string; pass BudgetWindow.daily(…)',
      'maxCost: has the wrong type, got a number; pass Cost.usd(…)',
    ] },
  ])('says that it $it', ({ props, refused }) => {
    expectSynth(budget(props), { refused: refused.map((line) => `[fleet/daily] ${line}`) });
  });

  test.each(['UTC', 'America/New_York', 'Asia/Kolkata', 'US/Pacific'])('takes the time zone %s', (timezone) => {
    expectSynth(budget({ metadata: { name: 'b' }, maxCost: Cost.usd(1), window: BudgetWindow.daily(timezone) }), rendered({ taskSelector: {}, period: { type: 'Daily', timezone }, maxCostUSD: '1' }, { name: 'b' }));
  });

  test('names the Tasks under it that would wait for ever', () => {
    expectSynth((chart) => {
      const task = (id: string, team: string, dollars: number) => new Task(chart, id, { metadata: { name: id, labels: { team } }, agent, prompt: 'Do it.', maxCost: Cost.usd(dollars) });
      task('large', 'shop', 5);
      task('fits', 'shop', 2);
      task('elsewhere', 'store', 5);
      new TaskBudget(chart, 'daily', { tasks: TaskSelector.labels({ team: 'shop' }), maxCost: Cost.usd(2) });
    }, { refused: ['[fleet/daily] maxCost: is too small, got 2; Task large declares 5, and would wait for ever; raise the one or lower the other'] });
  });
});

describe('what a Task says of retries and of what it may spend', () => {
  test('is said by annotations, and only where it was asked for', () => {
    const spec: l1.TaskSpec = { prompt: 'Do it.', workerPoolRef: { name: 'warm' } };
    expectSynth((chart) => {
      new l1.CfgTask(chart, 'bare', { metadata: { name: 'bare' }, spec });
      new Task(chart, 'fix', { metadata: { name: 'fix', annotations: { 'example.com/a': 'b' } }, agent, prompt: 'Fix it.', maxCost: Cost.usd(0.5) });
    }, [
      { apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name: 'bare' }, spec },
      {
        apiVersion: 'kelos.dev/v1alpha2',
        kind: 'Task',
        metadata: { name: 'fix', annotations: { 'taskwright.dev/max-cost-usd': '0.5', 'example.com/a': 'b' } },
        spec: { prompt: 'Fix it.', worker: { type: 'claude-code', credentials: { type: 'none' } } },
      },
    ]);
  });

  test('keeps an annotation that was added to the object', () => {
    expectSynth((chart) => {
      const task = new Task(chart, 'fix', { metadata: { name: 'fix' }, agent, prompt: 'Fix it.' });
      ApiObject.of(task).metadata.addAnnotation('taskwright.dev/retry-limit', 'many');
    }, { refused: ['[fleet/fix] metadata.annotations["taskwright.dev/retry-limit"]: does not have the right form, got "many"; it has to be a whole number from 0 to 10'] });
  });
});
