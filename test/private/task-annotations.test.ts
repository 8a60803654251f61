import { Duration } from 'cdk8s';
import { CodingAgent, Cost, Credentials, Task, TaskFailure, type TaskProps, WorkerPool } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';
import { ANNOTATION_OF } from '../../src/private/task-annotations';
import { TASK_ANNOTATIONS } from '../../src/private/fixed-names';
import { expectSynth } from '../expect-synth';

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const withAnnotations = (annotations: Record<string, string>) => ({ metadata: { name: 'fix', annotations } });

test('every annotation of a Task is reached from a property', () => {
  expect(Object.values(ANNOTATION_OF).sort()).toEqual(Object.keys(TASK_ANNOTATIONS).sort());
});

test('each property is one annotation', () => {
  const props: Partial<TaskProps> = {
    retries: { limit: 2, backoff: Duration.minutes(1), on: [TaskFailure.AGENT, TaskFailure.STOPPED] },
    ttlAfterFailed: Duration.days(7),
    maxCost: Cost.usd(2.5),
    maxInputTokens: 1_000_000,
    maxOutputTokens: 20_000,
    hardStop: true,
  };
  expectSynth((chart) => new Task(chart, 'fix', { metadata: { name: 'fix' }, agent, prompt: 'Fix it.', ...props }), [{
    apiVersion: 'kelos.dev/v1alpha2',
    kind: 'Task',
    metadata: {
      name: 'fix',
      annotations: {
        'taskwright.dev/retry-limit': '2',
        'taskwright.dev/retry-backoff-seconds': '60',
        'taskwright.dev/retry-on': 'Agent,Stopped',
        'taskwright.dev/ttl-seconds-after-failed': '604800',
        'taskwright.dev/max-cost-usd': '2.5',
        'taskwright.dev/max-input-tokens': '1000000',
        'taskwright.dev/max-output-tokens': '20000',
        'taskwright.dev/hard-stop': 'true',
      },
    },
    spec: { prompt: 'Fix it.', worker: { type: 'claude-code', credentials: { type: 'none' } } },
  }]);
});

const seconds = 'it has to be a whole number of seconds';
const dollars = 'it has to be an amount of US dollars such as 2.50, 10 or 1500m';

test.each<{ it: string; props: Partial<TaskProps>; refused: string[] }>([
  { it: 'more retries than there are', props: { retries: { limit: 11 } }, refused: ['retries.limit: does not have the right form, got "11"; it has to be a whole number from 0 to 10'] },
  { it: 'half a second', props: { retries: { limit: 1, backoff: Duration.millis(500) } }, refused: [`retries.backoff: does not have the right form, got "0.5"; ${seconds}`] },
  { it: 'no failure', props: { retries: { limit: 1, on: [] } }, refused: ['retries.on: does not have the right form, got ""; it has to be some of Agent, Preparation, Stopped, Deadline, Limit, OutputInvalid, with commas between them'] },
  { it: 'a negative cost', props: { maxCost: Cost.usd(-1) }, refused: ['maxCost: is too small, got -1; at least 0'] },
  { it: 'half a token', props: { maxInputTokens: 0.5 }, refused: ['maxInputTokens: does not have the right form, got "0.5"; it has to be a whole number of tokens'] },
  { it: 'a cost in words', props: withAnnotations({ 'taskwright.dev/max-cost-usd': 'two dollars' }), refused: [`metadata.annotations["taskwright.dev/max-cost-usd"]: does not have the right form, got "two dollars"; ${dollars}`] },
  { it: 'a stop at nothing', props: { hardStop: true }, refused: ['maxCost: is missing; hardStop has nothing to stop it at; set maxCost, maxInputTokens or maxOutputTokens'] },
  { it: 'the same twice', props: { ...withAnnotations({ 'taskwright.dev/max-cost-usd': '3' }), maxCost: Cost.usd(2) }, refused: ['maxCost: says the same thing twice; annotation taskwright.dev/max-cost-usd is set too; keep one of them'] },
  { it: 'a slip', props: withAnnotations({ 'taskwright.dev/retry-limits': '2' }), refused: ['metadata.annotations["taskwright.dev/retry-limits"]: is not a known field; did you mean taskwright.dev/retry-limit?'] },
  { it: 'what was made without the compiler', props: { ttlAfterFailed: 60 as never, maxCost: 2 as never, retries: { limit: 1, backoff: 30 as never } }, refused: [
    'ttlAfterFailed: has the wrong type, got a number; pass a Duration, for example Duration.hours(1)',
    'retries.backoff: has the wrong type, got a number; pass a Duration, for example Duration.hours(1)',
    'maxCost: has the wrong type, got a number; pass Cost.usd(…)',
  ] },
  { it: 'what a pool excludes', props: { agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm')), retries: { limit: 1 }, ttlAfterFailed: Duration.days(1) }, refused: [
    'ttlAfterFailed: does not go together with a worker pool; leave it out, or pass an agent that gets a Pod of its own',
    'retries: does not go together with a worker pool; leave it out, or pass an agent that gets a Pod of its own',
  ] },
])('a Task says what is wrong with $it', ({ props, refused }) => {
  expectSynth((chart) => new Task(chart, 'fix', { agent, prompt: 'Fix it.', ...props }), { refused: refused.map((line) => `[fleet/fix] ${line}`) });
});

test.each(['2', '2.50', '1500m', '.5', '1e1', '1k'])('an annotation that says %s dollars is taken', (text) => {
  expectSynth((chart) => new Task(chart, 'fix', { ...withAnnotations({ 'taskwright.dev/max-cost-usd': text, 'taskwright.dev/another': '' }), agent, prompt: 'Fix it.' }), [
    expect.objectContaining({ metadata: { name: 'fix', annotations: { 'taskwright.dev/max-cost-usd': text, 'taskwright.dev/another': '' } } }),
  ]);
});
