import { createHash } from 'node:crypto';
import type { Task } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import { planReport, type ReportFacts, type ReportPlan } from '../../src/reporting/report-plan.ts';
import { checkText, commentBody, stickyBody } from '../../src/reporting/report-text.ts';
import { reportKeysOf, targetOf } from '../../src/reporting/report-target.ts';

const now = new Date('2026-01-01T00:10:00Z');
const WEB = 'https://github.com';
const SHA = 'a'.repeat(40);

interface Fields { name?: string; phase?: string; annotations?: Record<string, string>; at?: string; spawner?: string | null; status?: Task['status'] }

function aTask({ name = 'fix-42', phase = 'Pending', annotations = {}, at = '2026-01-01T00:00:00Z', spawner = 'workers', status = {} }: Fields = {}): Task {
  return {
    metadata: {
      namespace: 'dev', name, uid: `uid-${name}`, creationTimestamp: at, ...(spawner === null ? {} : { labels: { 'kelos.dev/taskspawner': spawner } }),
      annotations: { 'kelos.dev/source-number': '42', 'kelos.dev/source-owner': 'acme', 'kelos.dev/source-repo': 'shop', ...annotations },
    },
    spec: { prompt: '' },
    status: { ...status, phase },
  };
}

const COMMENTS = { 'kelos.dev/github-reporting': 'enabled' };
const STICKY = { ...COMMENTS, 'kelos.dev/github-comment-mode': 'Sticky' };
const CHECKS = { 'kelos.dev/github-checks': 'enabled', 'kelos.dev/source-sha': SHA };
const plan = (tasks: Task[], facts: Partial<ReportFacts> = {}): ReportPlan => planReport({ tasks, webUrl: WEB, wishes: {}, redact: (text) => text, now, ...facts });
const nothing: ReportPlan = { steps: [], problems: [] };
const digest = (body: string) => createHash('sha256').update(body).digest('hex').slice(0, 12);

/** The comment of one Task, as it is to be. */
function comment(task: Task, rest: { id?: string; find?: object } = {}): ReportPlan {
  const body = commentBody(task, WEB);
  const phase = { Succeeded: 'succeeded', Failed: 'failed' }[task.status!.phase!] ?? 'accepted';
  const memory = { 'kelos.dev/github-report-phase': phase, 'taskwright.dev/comment-intent': null, 'taskwright.dev/comment-text': `${digest(body)}@2026-01-01T00:10:00Z` };
  return { steps: [{ is: 'comment', on: task, body, ...rest, remember: [{ task, memory }] } as ReportPlan['steps'][number]], problems: [] };
}

describe('a comment', () => {
  test.each(['Waiting', 'Pending', 'Running'])('is created for a Task that is %s', (phase) => {
    const task = aTask({ phase, annotations: COMMENTS });
    expect(plan([task])).toEqual(comment(task));
  });

  test.each(['Succeeded', 'Failed'])('is edited when the Task has %s', (phase) => {
    const task = aTask({ phase, annotations: { ...COMMENTS, 'kelos.dev/github-comment-id': '7', 'kelos.dev/github-report-phase': 'accepted' } });
    expect(plan([task])).toEqual(comment(task, { id: '7' }));
  });

  test.each<[string, Fields]>([
    ['its phase is told', { phase: 'Running', annotations: { ...COMMENTS, 'kelos.dev/github-comment-id': '7', 'kelos.dev/github-report-phase': 'accepted' } }],
    ['its end is told', { phase: 'Failed', annotations: { ...COMMENTS, 'kelos.dev/github-comment-id': '7', 'kelos.dev/github-report-phase': 'failed' } }],
    ['nobody has looked at it', { phase: '', annotations: COMMENTS }],
    ['nothing is to be told', { phase: 'Running' }],
    ['it is told by word', { phase: 'Running', annotations: { 'kelos.dev/github-reporting': 'true' } }],
  ])('nothing is done when %s', (_, fields) => expect(plan([aTask(fields)])).toEqual(nothing));

  test('is looked for when one may have been created', () => {
    const task = aTask({ annotations: { ...COMMENTS, 'taskwright.dev/comment-intent': '2026-01-01T00:09:00Z' } });
    expect(plan([task])).toEqual(comment(task, { find: { marker: '<!-- taskwright.dev/task: dev/fix-42 -->', since: new Date('2025-12-31T23:55:00Z') } }));
  });

  test('is made when its id was lost', () => {
    const task = aTask({ phase: 'Succeeded', annotations: { ...COMMENTS, 'kelos.dev/github-report-phase': 'accepted' } });
    expect(plan([task])).toEqual(comment(task));
  });

  test('an id that somebody spoiled is told, and nothing is written', () => {
    const task = aTask({ annotations: { ...COMMENTS, 'kelos.dev/github-comment-id': 'x/../1' } });
    expect(plan([task])).toEqual({ steps: [], problems: ['annotation kelos.dev/github-comment-id is not an id, got "x/../1"; take the annotation away, and another is made'] });
  });

  test('is edited while a Task waits for something else, once a minute at most', () => {
    const waiting = (at: string) => aTask({ phase: 'Waiting', status: { message: '2nd in line' }, annotations: { ...COMMENTS, 'kelos.dev/github-comment-id': '7', 'kelos.dev/github-report-phase': 'accepted', 'taskwright.dev/comment-text': `0123456789ab@${at}` } });
    expect(plan([waiting('2026-01-01T00:09:00Z')])).toEqual(comment(waiting('2026-01-01T00:09:00Z'), { id: '7' }));
    expect(plan([waiting('2026-01-01T00:09:01Z')])).toEqual({ ...nothing, requeueAfterMs: 1_000 });
    const told = aTask({ phase: 'Running', annotations: { ...COMMENTS, 'kelos.dev/github-comment-id': '7', 'kelos.dev/github-report-phase': 'accepted' } });
    told.metadata.annotations!['taskwright.dev/comment-text'] = `${digest(commentBody(told, WEB))}@2026-01-01T00:00:00Z`;
    expect(plan([told])).toEqual(nothing);
  });
});

describe('a comment that Tasks share', () => {
  const old = (phase: string, annotations = {}) => aTask({ name: 'old', phase, annotations: { ...STICKY, ...annotations }, at: '2026-01-01T00:00:00Z' });
  const young = (phase: string, annotations = {}) => aTask({ name: 'young', phase, annotations: { ...STICKY, ...annotations }, at: '2026-01-01T00:01:00Z' });
  const step = (tasks: ReportFacts['tasks']) => plan([...tasks]).steps[0];

  test('is looked for whenever nobody knows it', () => {
    expect(step([old('Pending')])).toMatchObject({ is: 'comment', find: { marker: '<!-- kelos.dev/github-status-comment:dev/workers -->' } });
  });

  test('is the one that any of them knows, without a look', () => {
    const tasks = [old('Succeeded', { 'kelos.dev/github-comment-id': '7', 'kelos.dev/github-report-phase': 'succeeded' }), young('Pending')];
    const body = stickyBody([tasks[1]!, tasks[0]!], WEB);
    expect(plan(tasks)).toEqual({
      steps: [{ is: 'comment', on: tasks[1], id: '7', body, remember: [{ task: tasks[1], memory: { 'kelos.dev/github-report-phase': 'accepted', 'taskwright.dev/comment-intent': null, 'taskwright.dev/comment-text': `${digest(body)}@2026-01-01T00:10:00Z` } }] }],
      problems: [],
    });
  });

  test('an older Task that ends later does not take the place of the newest', () => {
    const tasks = [old('Failed', { 'kelos.dev/github-comment-id': '7', 'kelos.dev/github-report-phase': 'accepted' }), young('Succeeded', { 'kelos.dev/github-comment-id': '7', 'kelos.dev/github-report-phase': 'succeeded' })];
    expect(step(tasks)).toMatchObject({ on: tasks[1], id: '7', body: stickyBody([tasks[1]!, tasks[0]!], WEB) });
    expect((step(tasks) as unknown as { remember: { task: Task }[] }).remember.map(({ task }) => task.metadata.name)).toEqual(['young', 'old']);
  });

  test('is not touched when a Task that was told is deleted', () => {
    expect(plan([old('Succeeded', { 'kelos.dev/github-comment-id': '7', 'kelos.dev/github-report-phase': 'succeeded', 'taskwright.dev/comment-text': '0123456789ab@2026-01-01T00:00:00Z' })])).toEqual(nothing);
  });

  test('the one that was deleted is not found again', () => {
    const tasks = [old('Succeeded', { 'kelos.dev/github-comment-id': '7', 'kelos.dev/github-report-phase': 'succeeded' }), young('Pending', { 'taskwright.dev/comment-replaced': '7' })];
    expect(step(tasks)).not.toHaveProperty('id');
  });

  test('without a spawner there is none', () => {
    expect(plan([aTask({ spawner: null, annotations: STICKY })])).toEqual({ steps: [], problems: ['a sticky comment is that of a TaskSpawner, and label kelos.dev/taskspawner is missing'] });
  });
});

describe('a check', () => {
  const check = (task: Task, name: string) => ({ name, sha: SHA, ...checkText(task, name, WEB), externalId: 'dev/fix-42/uid-fix-42', at: now });
  const memory = (phase: string) => ({ 'kelos.dev/github-check-report-phase': phase, 'taskwright.dev/check-intent': null });

  test('is created on the commit of the event, and updated there', () => {
    const task = aTask({ annotations: CHECKS });
    expect(plan([task])).toEqual({ steps: [{ is: 'check', on: task, mayExist: false, check: check(task, 'Kelos: workers'), memory: memory('in_progress') }], problems: [] });
    const ended = aTask({ phase: 'Failed', annotations: { ...CHECKS, 'kelos.dev/github-check-name': 'Review', 'kelos.dev/github-check-run-id': '9', 'kelos.dev/github-check-report-phase': 'in_progress' } });
    expect(plan([ended])).toEqual({ steps: [{ is: 'check', on: ended, id: '9', mayExist: false, check: check(ended, 'Review'), memory: memory('failed') }], problems: [] });
  });

  test('is named after the Task where there is no spawner', () => {
    expect(plan([aTask({ spawner: null, annotations: CHECKS })]).steps[0]).toMatchObject({ check: { name: 'Kelos: fix-42' } });
  });

  test.each<[string, Record<string, string>]>([
    ['without a commit', { 'kelos.dev/github-checks': 'enabled' }],
    ['when its phase is told', { ...CHECKS, 'kelos.dev/github-check-report-phase': 'in_progress' }],
    ['when GitHub will not have any', { ...CHECKS, 'taskwright.dev/check-refused': 'true' }],
  ])('is left out %s', (_, annotations) => expect(plan([aTask({ annotations })])).toEqual(nothing));

  test('comes after the comment, and with it', () => {
    expect(plan([aTask({ annotations: { ...COMMENTS, ...CHECKS } })]).steps.map(({ is }) => is)).toEqual(['comment', 'check']);
  });

  test.each([[{ 'kelos.dev/source-sha': '../../x' }], [{ 'kelos.dev/github-check-run-id': '1?x' }]])('what somebody spoiled is told: %j', (annotations) => {
    const { steps, problems } = plan([aTask({ annotations: { ...CHECKS, ...annotations } as Record<string, string> })]);
    expect([steps, problems.length]).toEqual([[], 1]);
  });
});

describe('labels and reactions', () => {
  const wishes = { labels: { running: 'agent/running', succeeded: 'agent/done', failed: 'agent/failed' } };
  const SHOWN = { 'taskwright.dev/report-label': 'agent/running', 'taskwright.dev/report-label-phase': 'running' };

  test.each<[string, Fields, object[]]>([
    ['a Task that works has one', { phase: 'Running' }, [{ add: 'agent/running', memory: { 'taskwright.dev/report-label-phase': 'running', 'taskwright.dev/report-label': 'agent/running' } }]],
    ['a Task that waits has none', { phase: 'Waiting' }, []],
    ['one is enough', { phase: 'Running', annotations: SHOWN }, []],
    ['it is swapped at the end', { phase: 'Succeeded', annotations: SHOWN }, [{ add: 'agent/done', remove: 'agent/running', memory: { 'taskwright.dev/report-label-phase': 'succeeded', 'taskwright.dev/report-label': null } }]],
    ['one that failed at once gets the last one alone', { phase: 'Failed' }, [{ add: 'agent/failed', memory: { 'taskwright.dev/report-label-phase': 'failed', 'taskwright.dev/report-label': null } }]],
  ])('%s', (_, fields, labels) => {
    const task = aTask(fields);
    expect(plan([task], { wishes })).toEqual({ steps: labels.map((label) => ({ is: 'label', on: task, ...label })), problems: [] });
  });

  test('the last Task to end takes the label of working away, though its spawner is gone', () => {
    const ended = aTask({ name: 'one', phase: 'Failed', annotations: SHOWN });
    const working = aTask({ name: 'two', phase: 'Running', annotations: SHOWN });
    const memory = { 'taskwright.dev/report-label-phase': 'failed', 'taskwright.dev/report-label': null };
    expect(plan([ended, working], { wishes }).steps).toEqual([{ is: 'label', on: ended, add: 'agent/failed', memory }]);
    expect(plan([ended]).steps).toEqual([{ is: 'label', on: ended, remove: 'agent/running', memory }]);
  });

  test.each([['Waiting', 'eyes'], ['Succeeded', 'rocket'], ['Failed', 'confused']])('a Task that is %s is met with %s', (phase, reaction) => {
    const task = aTask({ phase });
    expect(plan([task], { wishes: { reactions: true } })).toEqual({ steps: [{ is: 'reaction', on: task, reaction, memory: { 'taskwright.dev/report-reaction': reaction } }], problems: [] });
    const met = aTask({ phase, annotations: { 'taskwright.dev/report-reaction': reaction } });
    expect(plan([met], { wishes: { reactions: true } })).toEqual(nothing);
  });
});

describe('where a report goes', () => {
  test.each<[string, Record<string, string>, object]>([
    ['where the event came from', { 'kelos.dev/source-kind': 'pull-request' }, { forge: 'github', subject: { kind: 'pull-request', owner: 'acme', repo: 'shop', number: 42 } }],
    ['to a comment', { 'taskwright.dev/source-comment': 'issue:9' }, { forge: 'github', subject: { kind: 'issue', owner: 'acme', repo: 'shop', number: 42 }, comment: 'issue:9' }],
    ['to nested groups', { 'kelos.dev/source-owner': 'group/sub', 'taskwright.dev/source-forge': 'gitlab' }, { forge: 'gitlab', subject: { kind: 'issue', owner: 'group/sub', repo: 'shop', number: 42 } }],
  ])('%s', (_, annotations, target) => expect(targetOf(aTask({ annotations }), undefined)).toEqual(target));

  test('a Task that does not say its repository is about that of its Workspace', () => {
    const task = aTask();
    delete task.metadata.annotations!['kelos.dev/source-owner'];
    delete task.metadata.annotations!['kelos.dev/source-repo'];
    expect(targetOf(task, { owner: 'home', repo: 'work' })).toMatchObject({ subject: { owner: 'home', repo: 'work' } });
    expect(targetOf(task, undefined)).toEqual({ problem: 'annotations kelos.dev/source-owner and kelos.dev/source-repo name no repository, and neither does the Workspace' });
  });

  test.each<Record<string, string>>([
    { 'kelos.dev/source-number': '' }, { 'kelos.dev/source-number': '1/comments' }, { 'kelos.dev/source-number': '-1' }, { 'kelos.dev/source-repo': '..' }, { 'kelos.dev/source-repo': 'a/b' }, { 'kelos.dev/source-owner': 'a?b' },
    { 'kelos.dev/source-owner': '../../app' },
  ])('%j leads nowhere', (annotations) => expect(targetOf(aTask({ annotations }), undefined)).toHaveProperty('problem'));

  test('Tasks of one spawner about one subject are told together', () => {
    const keys = (fields: Fields) => reportKeysOf(aTask(fields));
    expect(keys({ name: 'a' })).toEqual(keys({ name: 'b' }));
    expect(keys({ annotations: { 'kelos.dev/source-number': '43' } })).not.toEqual(keys({}));
    expect(keys({ spawner: 'others' })).not.toEqual(keys({}));
    expect(keys({ spawner: null })).toEqual(['dev/fix-42']);
    expect(reportKeysOf({ metadata: { namespace: 'dev', name: 'x' }, spec: { prompt: '' } })).toEqual([]);
  });
});
