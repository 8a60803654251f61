import { expect, test } from 'vitest';
import type { Mistake } from '../faults/mistake.ts';
import { liveMistaken } from '../faults/walk.ts';
import { fewTokens } from './few-tokens.ts';

// Canaries: operators that are wrong in one way. A checker that does not find that finds nothing.
test.each<{ it: string; shape: string; mistake: Mistake; finds: RegExp }>([
  {
    it: 'writes down nothing of what was spent',
    shape: 'plain',
    mistake: { miswrites: { of: ['taskrecords'], text: '"usage"', as: '"usages"' } },
    finds: /^everySpendRecorded: Task "plain" spent \{"costUSD":"500m","inputTokens":10\}, and its record says undefined$/,
  },
  {
    it: 'does not read what was spent',
    shape: 'budget that is full',
    mistake: { misreads: { of: ['taskrecords'], text: '"usage"', as: '"usages"' } },
    finds: /^noOverspend: Task "budget-that-is-full-c" started at \d+ under TaskBudget "budget-that-is-full", of which 1000000000 of 1000000000 had been given away$/,
  },
  {
    it: 'does not see who works on a branch',
    shape: 'one branch',
    mistake: { misreads: { of: ['jobs', 'pods'], text: 'taskwright.dev/branch', as: 'taskwright.dev/twig' } },
    finds: /^oneHolderPerBranch: Pod "one-branch-\w-\w+" .* and Pod "one-branch-\w-\w+" .* were on one branch$/,
  },
  {
    it: 'takes a TaskSpawner for one with more slots',
    shape: 'several slots',
    mistake: { misreads: { of: ['taskspawners'], text: '"maxConcurrency":2', as: '"maxConcurrency":3' } },
    finds: /^noMoreThanSlots: Pod "several-slots-\w-\w+" began at \d+ beside several-slots-\w-\w+, several-slots-\w-\w+; TaskSpawner "several-slots" has 2 slots$/,
  },
  {
    it: 'promises to one what it has spent with others',
    shape: 'budget with a hard stop that has no room',
    mistake: { misreads: { of: ['taskrecords'], text: '"usage"', as: '"usages"' } },
    finds: /^limitsFit: Job ".*-c" may spend 600000000 of TaskBudget ".*" \(1000000000\), of which 800000000 was spent and 0 promised$/,
  },
  {
    it: 'takes a token for one that lives on',
    shape: 'github app',
    mistake: { misreads: { of: ['secrets'], text: /token-expires-at":"2026/g, as: 'token-expires-at":"2036' } },
    finds: /^tokensStayFresh: the token in Secret "github-app-github-token" of .* ended at .*, and was in use until .*$/,
  },
  {
    it: 'forgets what was made of a delivery',
    shape: 'trigger: deliveries',
    mistake: { misreads: { of: ['configmaps'], text: '\\"task\\"', as: '\\"tusk\\"' } },
    finds: /^noEventTwice: event generic-dev\/trigger-deliveries-a of TaskSpawner "trigger-deliveries" made 2 Tasks: /,
  },
  {
    it: 'forgets which comments and check runs are its own',
    shape: 'trigger: pull requests',
    mistake: { misreads: { of: ['tasks'], text: /github-(comment|check-run)-id/g, as: 'github-$1-no' } },
    finds: /^noEventTwice: acme\/shop#1 has \d+ comments of trigger-pull-requests-1$/,
  },
  {
    it: 'does not write down why an event makes no Task',
    shape: 'trigger: issues',
    mistake: { miswrites: { of: ['configmaps'], text: '\\"outcome\\":\\"Skipped\\"', as: '\\"outcome\\":\\"Known\\"' } },
    finds: /^noEventLost: event 3 of TaskSpawner "trigger-issues" has neither a Task nor a decision$/,
  },
  {
    it: 'takes a TaskSpawner for one that may make more',
    shape: 'trigger: issues',
    mistake: { misreads: { of: ['taskspawners'], text: '"maxTotalTasks":4', as: '"maxTotalTasks":5' } },
    finds: /^totalsHold: TaskSpawner "trigger-issues" made 5 Tasks, and may make 4: /,
  },
  {
    it: 'writes down a count that is too low',
    shape: 'trigger: schedule',
    mistake: { miswrites: { of: ['taskspawners'], text: '"totalTasksCreated":3', as: '"totalTasksCreated":1' } },
    finds: /^everyTaskCounted: TaskSpawner "trigger-schedule" says that it made 1 Tasks, and there were 3$/,
  },
  {
    it: 'takes its first report for its last',
    shape: 'trigger: pull requests',
    mistake: { misreads: { of: ['tasks'], text: 'report-phase":"accepted"', as: 'report-phase":"succeeded"' } },
    finds: /^sameReports: acme\/shop#2 says .*accepted.*, undisturbed .*succeeded/,
  },
])('an operator that $it is found', { timeout: 300_000 }, async ({ shape, mistake, finds }) => {
  const { complaints } = await liveMistaken(shape, mistake);
  expect(complaints).toContainEqual(expect.stringMatching(finds));
});

test('an operator that asks GitHub again and again is found', async () => {
  const issued = (count: number) => ({ issued: Array.from({ length: count }, () => ({}) as never) });
  const run = (count: number) => ({ github: issued(count), expected: [{ github: issued(10) } as never], faults: { total: 1, points: new Map() } as never, processes: [{ starts: 1 } as never] });
  expect([fewTokens(run(14)), fewTokens(run(15))]).toEqual([[], ['GitHub was asked for 15 tokens, undisturbed 10, and 1 faults in 1 processes']]);
});
