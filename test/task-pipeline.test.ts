import { ApiObject, type Chart, JsonPatch } from 'cdk8s';
import { CodingAgent, Credentials, SecretRef, Task, TaskPipeline, type TaskPipelineStage, type TaskPipelineStageOptions, WorkerPool, Workspace } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const claude = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });
const shop = Workspace.fromWorkspaceName('shop');
const worker = { type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: 'claude' } } };
const onShop = { ...worker, workspaceRef: { name: 'shop' } };

describe('a TaskPipeline', () => {
  test('is its stages in their order, from props and from addStage', () => {
    expectSynth((chart) => {
      const audit = new TaskPipeline(chart, 'audit', {
        metadata: { name: 'audit', namespace: 'agents', labels: { team: 'shop' } },
        stages: [{ name: 'look', agent: claude, workspace: shop, branch: 'audit-{{.Matrix.svc}}', matrix: [{ svc: 'cart' }, { svc: 'mail' }], prompt: 'Audit {{.Matrix.svc}}.' }],
      });
      audit.addStage('sum-up', { agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('writers')), prompt: '{{range index .Stages "look"}}{{.Matrix.svc}} is {{index .Results "severity"}}{{end}}' });
      audit.addStage('report', { agent: claude, branch: '{{index .Stages "sum-up" 0 "Results" "branch"}}', prompt: 'Report {{len .Stages.look}}.' });
    }, [{
      apiVersion: 'kelos.dev/v1alpha2',
      kind: 'TaskPipeline',
      metadata: { name: 'audit', namespace: 'agents', labels: { team: 'shop' } },
      spec: {
        stages: [
          { name: 'look', matrix: { items: [{ svc: 'cart' }, { svc: 'mail' }] }, taskTemplate: { prompt: 'Audit {{.Matrix.svc}}.', worker: onShop, branch: 'audit-{{.Matrix.svc}}' } },
          { name: 'sum-up', taskTemplate: { prompt: '{{range index .Stages "look"}}{{.Matrix.svc}} is {{index .Results "severity"}}{{end}}', workerPoolRef: { name: 'writers' } } },
          { name: 'report', taskTemplate: { prompt: 'Report {{len .Stages.look}}.', worker, branch: '{{index .Stages "sum-up" 0 "Results" "branch"}}' } },
        ],
      },
    }]);
  });

  test('gets a name from where it is, and can be patched', () => {
    expectSynth((chart) => {
      const audit = new TaskPipeline(chart, 'audit');
      audit.addStage('look', { agent: claude, prompt: 'Look.' });
      expect(audit.name).toBe('fleet-audit-c8d48698');
      ApiObject.of(audit).addJsonPatch(JsonPatch.add('/spec/fromTheFuture', true));
    }, [{
      apiVersion: 'kelos.dev/v1alpha2',
      kind: 'TaskPipeline',
      metadata: { name: 'fleet-audit-c8d48698' },
      spec: { stages: [{ name: 'look', taskTemplate: { prompt: 'Look.', worker } }], fromTheFuture: true },
    }]);
  });
});

describe('a stage', () => {
  const second = (options: Partial<TaskPipelineStageOptions>) => (chart: Chart) => {
    const audit = new TaskPipeline(chart, 'audit', { stages: [{ name: 'look', agent: claude, prompt: 'Look.' }] });
    audit.addStage('report', { agent: claude, prompt: 'Report.', ...options });
    audit.addStage('last', { agent: claude, prompt: 'End.' });
  };

  test.each<[string, Partial<TaskPipelineStageOptions>]>([
    ['reads a stage before it', { prompt: '{{index .Stages "look" 0 "Results" "branch"}} {{(index .Stages.look 0).Name}} {{range .Stages.look}}{{range .Outputs}}{{.}}{{end}}{{end}}' }],
    ['reads its matrix', { prompt: '{{.Matrix.a}}', matrix: [{ a: 'b' }] }],
    ['has an item in its matrix for each of 256 Tasks', { matrix: Array.from({ length: 256 }, (_, index) => ({ at: `${index}` })) }],
    ['works on a branch', { branch: 'report' }],
  ])('%s', (_, options) => {
    expectSynth(second(options), { refused: [] });
  });

  test.each<[string, Partial<TaskPipelineStageOptions>, string[]]>([
    ['an unknown stage', { prompt: '{{index .Stages "lok" 0 "Name"}}' }, ['stages[1].prompt, line 1, column 17: reads a variable that is not there, got .Stages.lok; .Stages has look; did you mean .Stages.look?']],
    ['a later stage', { prompt: '{{index .Stages "last" 0 "Name"}}' }, ['stages[1].prompt, line 1, column 17: reads a variable that is not there, got .Stages.last; .Stages has look; only the stages before this one can be read']],
    ['itself', { branch: 'x-{{index .Stages "report" 0 "Name"}}' }, ['stages[1].branch, line 1, column 19: reads a variable that is not there, got .Stages.report; .Stages has look; only the stages before this one can be read']],
    ['a stage as if it were one Task', { prompt: '{{index .Stages "look" "Results" "branch"}}' }, ['stages[1].prompt, line 1, column 24: is not a template that can be rendered; .Results of a list; only maps have fields']],
    ['no matrix', { prompt: '{{.Matrix.a}}' }, ['stages[1].prompt, line 1, column 3: reads a variable that is not there, got .Matrix.a; .Matrix is empty; add it to the matrix of this stage']],
    ['what is no template', { prompt: '{{if}}' }, ['stages[1].prompt, line 1, column 5: is not a template that can be rendered; if lacks a value; braces that are no template are written {{"{{"}}']],
    ['no prompt', { prompt: ' ' }, ['stages[1].prompt: is missing; say what the agent should do']],
    ['a branch that is none', { branch: 'a..b' }, ['stages[1].branch: is not a branch name, got "a..b"; it must not hold .. @{ or //']],
    ['no agent', { agent: undefined as unknown as CodingAgent }, ['stages[1].agent: is missing; pass CodingAgent.claudeCode({ … }) or another']],
    ['what is no agent', { agent: 'claude' as unknown as CodingAgent }, ['stages[1].agent: has the wrong type, got a string; pass CodingAgent.claudeCode({ … }) or another']],
    ['a Workspace that is not there', { workspace: { name: 'shpo' } }, ['stages[1].workspace: refers to something that this program does not define, got Workspace "shpo"; this program defines no Workspace; define it, or pass Workspace.fromWorkspaceName("shpo") if it exists already']],
    ['a pool, with a repository, a branch and a model', { agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm'), { model: 'opus' }), workspace: shop, branch: 'x' }, [
      'stages[1].workspace: does not go together with a worker pool; leave it out, or pass an agent that gets a Pod of its own',
      'stages[1].branch: does not go together with a worker pool; leave it out, or pass an agent that gets a Pod of its own',
      'stages[1].agent.model: cannot be said in a TaskPipeline; a TaskPipeline takes what the pool has; leave it out, or make Tasks',
    ]],
    ['an empty matrix', { matrix: [] }, ['stages[1].matrix: has too few items, got 0; at least 1']],
    ['257 items', { matrix: Array.from({ length: 257 }, (_, index) => ({ at: `${index}` })) }, ['stages[1].matrix: has too many items, got 257; at most 256']],
    ['items of different keys', { matrix: [{ a: '1', b: '2' }, { b: '1', a: '2' }, { a: '1' }] }, ['stages[1].matrix[2]: does not have the right form, got the keys a; all have those of the first: a, b']],
    ['items that are no texts', { matrix: [{ a: 1 as unknown as string }] }, ['stages[1].matrix[0].a: has the wrong type, got a number; it has to be a text']],
    ['no keys', { matrix: [{}] }, ['stages[1].matrix[0]: has too few items, got 0; at least 1']],
  ])('is refused with %s', (_, options, lines) => {
    expectSynth(second(options), { refused: lines.map((line) => `[fleet/audit] ${line}`) });
  });
});

test('what is no stage is named', () => {
  expectSynth((chart) => new TaskPipeline(chart, 'audit', { stages: [undefined as unknown as TaskPipelineStage] }), { refused: ['[fleet/audit] stages[0]: has the wrong type; it has to be an object with name, agent and prompt'] });
});

describe('names', () => {
  const named = (name: string, ...stages: [string, number?][]) => namedIn(undefined, name, ...stages);
  const namedIn = (namespace: string | undefined, name: string, ...stages: [string, number?][]) => (chart: Chart) => {
    const pipeline = new TaskPipeline(chart, name, { metadata: { name, namespace } });
    for (const [stage, items = 0] of stages) pipeline.addStage(stage, { agent: claude, prompt: 'Do.', matrix: items > 0 ? Array.from({ length: items }, (_, index) => ({ at: `${index}` })) : undefined });
  };
  const both = (...programs: ((chart: Chart) => void)[]) => (chart: Chart) => programs.forEach((program) => program(chart));
  const task = (name: string) => (chart: Chart) => void new Task(chart, `task-${name}`, { metadata: { name }, agent: claude, prompt: 'Do.' });

  test.each<[string, (chart: Chart) => void, string[]]>([
    ['no stages', named('p'), ['[fleet/p] stages: has too few items, got 0; at least 1']],
    ['65 stages', named('p', ...Array.from({ length: 65 }, (_, index): [string] => [`s${index}`])), ['[fleet/p] stages: has too many items, got 65; at most 64']],
    ['two stages of one name', named('p', ['a'], ['b'], ['a']), ['[fleet/p] stages: is used twice, got "a"; give each stage a name of its own']],
    ['a name that is none', named('p', ['Not DNS']), ['[fleet/p] stages[0].name: does not have the right form, got "Not DNS"; it has to match ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$']],
    ['a name of 64 characters', named('p', ['a'.repeat(64)]), ['[fleet/p] stages[0].name: is too long, got 64 characters; at most 63']],
    ['a matrix and a stage whose Tasks are called alike', named('p', ['scan', 2], ['scan-1']), ['[fleet/p] stages[1].name: is used twice, got Task "p-scan-1"; stage scan makes a Task of that name; rename one of them']],
    ['another pipeline whose Tasks are called alike', both(named('a', ['b-c']), named('a-b', ['c'])), ['[fleet/a-b] stages[0].name: is used twice, got Task "a-b-c"; TaskPipeline a makes a Task of that name; rename one of them']],
    ['a Task that is called alike', both(named('p', ['plan']), task('p-plan')), ['[fleet/p] stages[0].name: is used twice, got Task "p-plan"; a Task of this program is called so; rename one of them']],
    ['a Task that is called as a long name is cut', both(named('a'.repeat(80), ['plan']), task(`${'a'.repeat(54)}-ab720f46`)), [`[fleet/${'a'.repeat(80)}] stages[0].name: is used twice, got Task "${'a'.repeat(54)}-ab720f46"; a Task of this program is called so; rename one of them`]],
  ])('are refused: %s', (_, program, lines) => {
    expectSynth(program, { refused: lines });
  });

  test.each<[string, (chart: Chart) => void]>([
    ['64 stages', named('p', ...Array.from({ length: 64 }, (_, index): [string] => [`s${index}`]))],
    ['names of 63 characters', named('p', ['a'.repeat(63)])],
    ['a matrix of one, which has no number', named('p', ['scan', 1], ['scan-0'])],
    ['a matrix and a number that it has not', named('p', ['scan', 2], ['scan-2'])],
    ['two pipelines', both(named('a', ['b-c']), named('a-c', ['b']))],
    ['a Task', both(named('p', ['plan']), task('p-play'))],
    ['those of another pipeline, in another namespace', both(named('a', ['b-c']), namedIn('else', 'a-b', ['c']))],
    ['that of a Task, in another namespace', both(namedIn('else', 'p', ['plan']), task('p-plan'))],
  ])('may be %s', (_, program) => {
    expectSynth(program, { refused: [] });
  });
});
