import { ApiObject, App, Chart, Duration, JsonPatch } from 'cdk8s';
import { AgentPipeline, type AgentPipelineForm, AgentConfig, CodingAgent, Cost, Credentials, Output, type PipelineStage, type PipelineStageOptions, SecretRef, Task, TaskFailure, WorkerPool, Workspace } from 'cdk8s-taskwright';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import '../runtime/test/seed';
import { parseTemplate, renderTemplate, stringMap } from '../src/template';
import { expectSynth } from './expect-synth';

const claude = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });
const codex = CodingAgent.codex({ credentials: Credentials.oauth(SecretRef.fromName('codex')) });
const pooled = CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm'));
const shop = Workspace.fromWorkspaceName('shop');
const onShop = { type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: 'claude' } }, workspaceRef: { name: 'shop' } };
const onDocs = { type: 'codex', credentials: { type: 'oauth', secretRef: { name: 'codex' } }, workspaceRef: { name: 'docs' } };

const task = (name: string, spec: object, annotations?: object) => ({ apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name, ...(annotations && { annotations }) }, spec });
const shopPipeline = (chart: Chart, form?: AgentPipelineForm) => new AgentPipeline(chart, 'feature', { metadata: { name: 'feature' }, agent: claude, workspace: shop, form });

describe('as Tasks, a pipeline', () => {
  test('is a Task for each stage, which depends on those whose results it reads', () => {
    expectSynth((chart) => {
      const feature = shopPipeline(chart);
      const plan = feature.addStage('plan', {
        prompt: 'Plan it. {{"{{"}}github.ref}}',
        outputs: { steps: Output.list(), risky: Output.boolean(), 'open-questions': Output.text({ optional: true }) },
      });
      const implement = feature.addStage('implement', {
        branch: 'feat/round-once',
        prompt: `Do:\n${plan.output('steps')}{{if eq ${plan.output('risky')} "true"}}Ask {{printf "%q" ${plan.output('open-questions')}}}{{end}}`,
      });
      const test = feature.addStage('test', { after: [implement], prompt: 'Test it.' });
      feature.addStage('review', { agent: codex, workspace: Workspace.fromWorkspaceName('docs'), after: [test], prompt: `${implement.commit} ${implement.branch} ${implement.baseBranch} ${implement.pullRequest} ${implement.result('cost-usd')}` });
    }, [
      task('feature-plan', { prompt: 'Plan it. {{github.ref}}', worker: onShop }, {
        'taskwright.dev/output-schema': '{"type":"object","properties":{"steps":{"type":"array","items":{"type":"string","minLength":1}},"risky":{"type":"boolean"},"open-questions":{"type":"string","minLength":1}},"required":["steps","risky"],"additionalProperties":false}',
      }),
      task('feature-implement', {
        prompt: 'Do:\n{{(index .Deps "feature-plan").Results.steps}}{{if eq ((index .Deps "feature-plan").Results.risky) "true"}}Ask {{printf "%q" (index .Deps "feature-plan" "Results" "open-questions")}}{{end}}',
        worker: onShop, branch: 'feat/round-once', dependsOn: ['feature-plan'],
      }),
      task('feature-test', { prompt: 'Test it.', worker: onShop, dependsOn: ['feature-implement'] }),
      task('feature-review', {
        prompt: ['commit', 'branch', 'base-branch', 'pr', 'cost-usd'].map((name) => `{{index .Deps "feature-implement" "Results" "${name}"}}`).join(' '),
        worker: onDocs, dependsOn: ['feature-implement', 'feature-test'],
      }),
    ]);
  });

  test('gives each stage what it says for all, unless the stage says it itself', () => {
    const rules = { rules: [{ action: 'Ignore' }] };
    expectSynth((chart) => {
      const all = new AgentPipeline(chart, 'all', {
        metadata: { namespace: 'agents', labels: { team: 'shop' } },
        agent: claude, workspace: shop, branch: 'shared', upstreamRepo: 'acme/shop', podFailurePolicy: rules,
        retries: { limit: 1 }, ttlAfterFinished: Duration.days(1), ttlAfterFailed: Duration.days(7),
      });
      all.addStage('takes', { prompt: 'Do it.', branch: undefined });
      all.addStage('says', {
        prompt: 'Do it.', agent: codex, workspace: Workspace.fromWorkspaceName('docs'), branch: 'own', upstreamRepo: 'acme/docs', podFailurePolicy: { rules: [{ action: 'Count' }] },
        retries: { limit: 2, on: [TaskFailure.AGENT] }, ttlAfterFinished: Duration.days(2), ttlAfterFailed: Duration.days(3),
        maxCost: Cost.usd(2), maxInputTokens: 3, maxOutputTokens: 4, hardStop: true,
      });
      all.addStage('pooled', { prompt: 'Do it.', agent: pooled });
    }, [
      {
        apiVersion: 'kelos.dev/v1alpha2', kind: 'Task',
        metadata: { name: 'fleet-all-takes-c8f47044', namespace: 'agents', labels: { team: 'shop' }, annotations: { 'taskwright.dev/retry-limit': '1', 'taskwright.dev/ttl-seconds-after-failed': '604800' } },
        spec: { prompt: 'Do it.', worker: onShop, branch: 'shared', ttlSecondsAfterFinished: 86_400, upstreamRepo: 'acme/shop', podFailurePolicy: rules },
      },
      {
        apiVersion: 'kelos.dev/v1alpha2', kind: 'Task',
        metadata: {
          name: 'fleet-all-says-c89d783e', namespace: 'agents', labels: { team: 'shop' },
          annotations: {
            'taskwright.dev/retry-limit': '2', 'taskwright.dev/retry-on': 'Agent', 'taskwright.dev/ttl-seconds-after-failed': '259200',
            'taskwright.dev/max-cost-usd': '2', 'taskwright.dev/max-input-tokens': '3', 'taskwright.dev/max-output-tokens': '4', 'taskwright.dev/hard-stop': 'true',
          },
        },
        spec: { prompt: 'Do it.', worker: onDocs, branch: 'own', ttlSecondsAfterFinished: 172_800, upstreamRepo: 'acme/docs', podFailurePolicy: { rules: [{ action: 'Count' }] } },
      },
      { apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name: 'fleet-all-pooled-c868dd2e', namespace: 'agents', labels: { team: 'shop' } }, spec: { prompt: 'Do it.', workerPoolRef: { name: 'warm' } } },
    ]);
  });

  test('may be there twice in a chart, and be patched stage by stage', () => {
    const chart = new Chart(new App(), 'fleet');
    const [one, two] = ['one', 'two'].map((id) => new AgentPipeline(chart, id, { agent: claude }).addStage('plan', { prompt: 'Plan.' }));
    ApiObject.of(two!).addJsonPatch(JsonPatch.add('/spec/fromTheFuture', true));
    const objects = chart.toJson() as { metadata: { name: string }; spec: { fromTheFuture?: boolean } }[];
    expect(objects.map(({ metadata, spec }) => [metadata.name, spec.fromTheFuture])).toEqual([[expect.stringMatching(/^fleet-one-plan-/), undefined], [expect.stringMatching(/^fleet-two-plan-/), true]]);
    expect(one!.name).toBe('plan');
  });

  test('waits also for what is added later, which makes its prompt a template', () => {
    expectSynth((chart) => {
      const feature = shopPipeline(chart);
      const first = feature.addStage('first', { prompt: 'Say {{"{{"}}.' });
      const second = feature.addStage('second', { prompt: 'Do it.' });
      first.addAfter(second);
      first.addAfter(second);
    }, { refused: ['[fleet/feature/first] after: is used twice, got "second"; keep one of them'] });
    expectSynth((chart) => {
      const feature = shopPipeline(chart);
      const first = feature.addStage('first', { prompt: 'Say {{"{{"}}.' });
      first.addAfter(feature.addStage('second', { prompt: 'Do it.' }));
    }, [
      task('feature-first', { prompt: 'Say {{"{{"}}.', worker: onShop, dependsOn: ['feature-second'] }),
      task('feature-second', { prompt: 'Do it.', worker: onShop }),
    ]);
  });
});

describe('as a TaskPipeline, a pipeline', () => {
  test('is one object, whose templates read the same results', () => {
    expectSynth((chart) => {
      const feature = shopPipeline(chart, 'TaskPipeline');
      const plan = feature.addStage('plan', { prompt: 'Plan it. {{"{{"}}github.ref}}' });
      const implement = feature.addStage('implement', { branch: 'feat/round-once', prompt: `Do {{printf "%q" ${plan.result('steps')}}}` });
      const test = feature.addStage('test', { agent: pooled, after: [implement], prompt: 'Test it.' });
      feature.addStage('review', { agent: codex, after: [test], branch: implement.branch, prompt: `Review ${implement.pullRequest}` });
    }, [{
      apiVersion: 'kelos.dev/v1alpha2',
      kind: 'TaskPipeline',
      metadata: { name: 'feature' },
      spec: {
        stages: [
          { name: 'plan', taskTemplate: { prompt: 'Plan it. {{"{{"}}github.ref}}', worker: onShop } },
          { name: 'implement', taskTemplate: { prompt: 'Do {{printf "%q" (index .Stages "plan" 0 "Results" "steps")}}', worker: onShop, branch: 'feat/round-once' } },
          { name: 'test', taskTemplate: { prompt: 'Test it.', workerPoolRef: { name: 'warm' } } },
          { name: 'review', taskTemplate: { prompt: 'Review {{index .Stages "implement" 0 "Results" "pr"}}', worker: { ...onDocs, workspaceRef: { name: 'shop' } }, branch: '{{index .Stages "implement" 0 "Results" "branch"}}' } },
        ],
      },
    }]);
  });

  test('runs a stage after the one whose branch it goes on with', () => {
    expectSynth((chart) => {
      const feature = new AgentPipeline(chart, 'feature', { agent: claude, form: 'TaskPipeline' });
      feature.addStage('go-on', { branch: feature.addStage('begin', { prompt: 'Begin.' }).branch, prompt: 'Go on.' });
    }, { refused: [] });
  });

  test('names all that the kind has no place for, where it is said', () => {
    const leaveOut = 'cannot be said in a TaskPipeline; leave it out, or leave out form, and the stages are Tasks';
    expectSynth((chart) => {
      const feature = new AgentPipeline(chart, 'feature', {
        form: 'TaskPipeline', agent: claude, retries: { limit: 1 }, ttlAfterFinished: Duration.days(1), ttlAfterFailed: Duration.days(1), upstreamRepo: 'a/b', podFailurePolicy: { rules: [] },
      });
      feature.addStage('plan', { prompt: 'Plan.', outputs: { a: Output.text() }, maxCost: Cost.usd(1), maxInputTokens: 1, maxOutputTokens: 1, hardStop: true });
      feature.addStage('other', { prompt: 'Do.', retries: { limit: 1 }, agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm'), { model: 'opus' }) });
    }, {
      refused: [
        ...['retries', 'ttlAfterFinished', 'ttlAfterFailed', 'upstreamRepo', 'podFailurePolicy'].map((path) => `[fleet/feature] ${path}: ${leaveOut}`),
        '[fleet/feature/Resource] stages[1].agent.model: cannot be said in a TaskPipeline; a TaskPipeline takes what the pool has; leave it out, or make Tasks',
        ...['outputs', 'maxCost', 'maxInputTokens', 'maxOutputTokens', 'hardStop'].map((path) => `[fleet/feature/plan] ${path}: ${leaveOut}`),
        `[fleet/feature/other] retries: ${leaveOut}`,
        '[fleet/feature/other] after: cannot be said in a TaskPipeline; its stages run one after the other, and this one does not wait for plan; add plan to after, or leave out form, and the stages are Tasks',
      ],
    });
  });
});

describe('a pipeline is refused', () => {
  const twoStages = (options: (plan: PipelineStage) => Partial<PipelineStageOptions>, form?: AgentPipelineForm) => (chart: Chart) => {
    const feature = shopPipeline(chart, form);
    const plan = feature.addStage('plan', { prompt: 'Plan.', ...(form === undefined && { outputs: { steps: Output.list() } }) });
    feature.addStage('do', { prompt: 'Do.', ...options(plan) });
  };
  const other = (chart: Chart) => new AgentPipeline(chart, 'other', { agent: claude }).addStage('plan', { prompt: 'Plan.' });

  test.each<[string, (chart: Chart) => void, string[]]>([
    ['without stages', (chart) => void shopPipeline(chart), ['[fleet/feature] addStage: is missing; add a stage']],
    ['without stages, as a TaskPipeline', (chart) => void shopPipeline(chart, 'TaskPipeline'), ['[fleet/feature/Resource] stages: has too few items, got 0; at least 1']],
    ['in a form that there is not', (chart) => void shopPipeline(chart, 'Jobs' as AgentPipelineForm).addStage('a', { prompt: 'Do.' }), ['[fleet/feature] form: is not one of the accepted values, got "Jobs"; Tasks or TaskPipeline']],
    ['with a stage without an agent', (chart) => void new AgentPipeline(chart, 'feature').addStage('a', { prompt: 'Do.' }), ['[fleet/feature/a/Resource] agent: is missing; pass CodingAgent.claudeCode({ … }) or another']],
    ['with a stage without a prompt', twoStages(() => ({ prompt: undefined })), ['[fleet/feature/do/Resource] prompt: is missing']],
    ['with two stages of one name', (chart) => ['a', 'a'].forEach(((feature) => (name) => feature.addStage(name, { prompt: 'Do.' }))(new AgentPipeline(chart, 'feature', { agent: claude }))), ['[fleet/feature] addStage("a"): is used twice; give each stage a name of its own']],
    ['with two stages of one name, as a TaskPipeline', (chart) => ['a', 'a'].forEach(((feature, before) => (name) => before.push(feature.addStage(name, { prompt: 'Do.', after: before.slice() })))(shopPipeline(chart, 'TaskPipeline'), [] as PipelineStage[])), ['[fleet/feature] addStage("a"): is used twice; give each stage a name of its own']],
    ['with a name that is none', (chart) => void new AgentPipeline(chart, 'feature', { agent: claude }).addStage('A b', { prompt: 'Do.' }), ['[fleet/feature/A b] name: is not a usable name, got "A b"; it has to be at most 63 lower-case letters, digits and -, beginning and ending with a letter or digit']],
    ['with an empty name', (chart) => void new AgentPipeline(chart, 'feature', { agent: claude }).addStage('', { prompt: 'Do.' }), ['[fleet/feature/~0] name: is not a usable name, got ""; it has to be at most 63 lower-case letters, digits and -, beginning and ending with a letter or digit']],
    ['with names that are too long together', (chart) => void new AgentPipeline(chart, 'feature', { metadata: { name: 'a'.repeat(60) }, agent: claude }).addStage('plan', { prompt: 'Do.' }), ['[fleet/feature/plan/Resource] metadata.name: is too long, got 65 characters; at most 63; shorten the name']],
    ['with an unknown output', twoStages((plan) => ({ prompt: `Do ${plan.output('step')}` })), ['[fleet/feature/do] prompt: reads a result that the stage does not leave, got output "step" of fleet/feature/plan; its outputs are steps; did you mean steps?']],
    ['with an output that is a common result', twoStages((plan) => ({ prompt: `Do ${plan.output('pr')}` })), ['[fleet/feature/do] prompt: reads a result that the stage does not leave, got output "pr" of fleet/feature/plan; its outputs are steps; read it with result("pr")']],
    ['with an unknown result of a stage that declares its outputs', twoStages((plan) => ({ prompt: `Do ${plan.result('url')}` })), ['[fleet/feature/do] prompt: reads a result that the stage does not leave, got result "url" of fleet/feature/plan; its outputs are steps; add it to the outputs of that stage']],
    ['with an output of a stage that declares none', twoStages((plan) => ({ prompt: `Do {{len ${plan.output('steps')}}}` }), 'TaskPipeline'), ['[fleet/feature/do] prompt: reads a result that the stage does not leave, got output "steps" of fleet/feature/plan; it declares no outputs; add it to the outputs of that stage']],
    ['with a result in quotes', twoStages((plan) => ({ prompt: `{{printf "Do ${plan.output('steps')}"}}` })), ['[fleet/feature/do] prompt: is not a template that can be rendered, got output "steps" of fleet/feature/plan; nothing is put in its place within quotes; end the quoted text before it, or use printf']],
    ['with a result in a branch, which no Task reads', twoStages((plan) => ({ branch: `x-${plan.branch}` })), ['[fleet/feature/do] branch: holds a result where it is not known, got result "branch" of fleet/feature/plan; the branch of a Task is settled before any stage runs; write the name of the branch']],
    ['with a stage read by hand', twoStages(() => ({ prompt: 'Do\n{{.Deps.plan.Name}}' })), ['[fleet/feature/do] prompt, line 2, column 3: reads a variable that is not there, got .Deps; a stage reads results of others; write ${stage.output("…")}']],
    ['with a template that is none', twoStages((plan) => ({ prompt: `{{if ${plan.output('steps')}}}` })), ['[fleet/feature/do] prompt, line 1, column 1: is not a template that can be rendered; this block is never closed; add {{end}}; braces that are no template are written {{"{{"}}']],
    ['with a constant that comes to nothing', twoStages(() => ({ prompt: '{{slice "a" 3}}' })), ['[fleet/feature/do] prompt, line 1, column 3: is not a template that can be rendered; there is no position 3 in 1 elements']],
    ['with what is no stage', twoStages(() => ({ after: ['plan' as unknown as PipelineStage] })), ['[fleet/feature/do] after[0]: has the wrong type, got a string; pass a stage, as addStage returns it']],
    ['with a stage that it waits for anyway', twoStages((plan) => ({ after: [plan], prompt: plan.output('steps') })), ['[fleet/feature/do] after[0]: says what holds already, got "plan"; who reads a result of a stage waits for it; leave it out']],
    ['with a stage of another pipeline to wait for', (chart) => twoStages(() => ({ after: [other(chart)] }))(chart), ['[fleet/feature/do] after[0]: is a stage of another pipeline, got fleet/other/plan; put both stages into one pipeline']],
    ['with a result of another pipeline', (chart) => twoStages(() => ({ prompt: other(chart).commit }))(chart), ['[fleet/feature/do] prompt: holds a result where it is not known, got result "commit" of fleet/other/plan; it is a stage of another pipeline; put both stages into one']],
    ['with a result of another app', twoStages(() => ({ prompt: other(new Chart(new App(), 'else')).commit })), ['[fleet/feature/do] prompt: holds a result where it is not known, got result "commit" of else/other/plan; it is a stage of another pipeline; put both stages into one']],
    ['with a result in a Task', (chart) => void new Task(chart, 'fix', { agent: claude, prompt: `Fix ${other(chart).commit} {{` }), ['[fleet/other] result "commit" of fleet/other/plan: holds a result where it is not known, got Task fleet/fix; it is filled in where a stage of the same pipeline reads it; make a stage of that']],
    ['with a result in whatever else', (chart) => void new AgentConfig(chart, 'rules', { agentsMd: other(chart).result('a "b" {{c}}') }), ['[fleet/other] result "a \\"b\\" {{c}}" of fleet/other/plan: holds a result where it is not known, got AgentConfig fleet/rules; it is filled in where a stage of the same pipeline reads it; make a stage of that']],
    ['with a pool that has to wait', twoStages((plan) => ({ agent: pooled, prompt: plan.commit })), ['[fleet/feature/do/Resource] dependsOn: does not go together with a worker pool; leave it out, or pass an agent that gets a Pod of its own']],
  ])('%s', (_, program, lines) => {
    expectSynth(program, { refused: lines });
  });

  test.each<[string, string[], (a: PipelineStage, b: PipelineStage, c: PipelineStage) => void]>([
    ['that waits for itself', ['[fleet/feature/a] after: waits for itself, got a → a; take one of these out'], (a) => a.addAfter(a)],
    ['with a circle of two', ['[fleet/feature/a] after: waits for itself, got a → b → a; take one of these out'], (a, b) => a.addAfter(b)],
    ['with a circle of three', ['[fleet/feature/a] after: waits for itself, got a → c → b → a; take one of these out'], (a, _, c) => a.addAfter(c)],
  ])('%s', (_, lines, close) => {
    expectSynth((chart) => {
      const feature = shopPipeline(chart);
      const a = feature.addStage('a', { prompt: 'Do.' });
      const b = feature.addStage('b', { prompt: a.commit });
      const c = feature.addStage('c', { prompt: 'Do.', after: [b] });
      close(a, b, c);
    }, { refused: lines });
  });

  test('as a TaskPipeline with an order that is not that of its stages', () => {
    expectSynth((chart) => {
      const feature = shopPipeline(chart, 'TaskPipeline');
      const a = feature.addStage('a', { prompt: 'Do.' });
      a.addAfter(feature.addStage('b', { prompt: 'Do.' }));
    }, { refused: ['[fleet/feature/a] after: cannot be said in a TaskPipeline, got "b"; its stages run in the order in which they were added, and that one is added later; add it first, or leave out form, and the stages are Tasks'] });
  });

  test('for its own results, and not for those of others, wherever they are when it is synthesized', () => {
    const chart = new Chart(new App(), 'fleet');
    const [one, two] = ['one', 'two'].map((id) => new AgentPipeline(chart, id, { agent: claude }).addStage('plan', { prompt: 'Plan.' }).commit);
    expect(chart.toJson()).toHaveLength(2);
    new Task(chart, 'fix', { agent: claude, prompt: `${one} ${one} ${two}` });
    const line = (id: string) => `[fleet/${id}] result "commit" of fleet/${id}/plan: holds a result where it is not known, got Task fleet/fix; it is filled in where a stage of the same pipeline reads it; make a stage of that`;
    expect(() => chart.toJson()).toThrow(`Validation failed with the following errors:\n  ${line('one')}\n  ${line('two')}`);
  });

  test('with all of its mistakes in one report', () => {
    expectSynth((chart) => {
      const feature = shopPipeline(chart);
      const plan = feature.addStage('plan', { prompt: 'Plan {{.Title}}.', branch: 'a b' });
      const go = feature.addStage('plan', { prompt: plan.output('steps'), after: [plan] });
      plan.addAfter(go);
      new Task(chart, 'fix', { agent: claude, prompt: plan.commit });
    }, {
      refused: [
        '[fleet/feature] addStage("plan"): is used twice; give each stage a name of its own',
        '[fleet/feature] result "commit" of fleet/feature/plan: holds a result where it is not known, got Task fleet/fix; it is filled in where a stage of the same pipeline reads it; make a stage of that',
        '[fleet/feature/plan] prompt, line 1, column 8: reads a variable that is not there, got .Title; a stage reads results of others; write ${stage.output("…")}',
        '[fleet/feature/plan] after: waits for itself, got plan → plan → plan; take one of these out',
        '[fleet/feature/plan/Resource] branch: is not a branch name, got "a b"; it must not hold spaces, control characters or any of ~ ^ : ? * [ \\',
        '[fleet/feature/plan~1] prompt: reads a result that the stage does not leave, got output "steps" of fleet/feature/plan; it declares no outputs; add it to the outputs of that stage',
        '[fleet/feature/plan~1] after[0]: says what holds already, got "plan"; who reads a result of a stage waits for it; leave it out',
      ],
    });
  });
});

/** How a stage uses one before it. */
type Use = 'not' | 'reads' | 'after' | 'after, added later';
/** For each stage, how it uses each one before it. */
const programs = fc.integer({ min: 1, max: 7 }).chain((size) => fc.tuple(...Array.from({ length: size }, (_, place) => fc.array(fc.constantFrom<Use>('not', 'reads', 'after', 'after, added later'), { minLength: place, maxLength: place }))));

function synth(uses: readonly Use[][], form: AgentPipelineForm): { kind: string; metadata: { name: string }; spec: { dependsOn?: string[]; stages?: { name: string }[] } }[] {
  const chart = new Chart(new App(), 'fleet');
  const pipeline = new AgentPipeline(chart, 'p', { metadata: { name: 'p' }, agent: claude, form });
  const stages: PipelineStage[] = [];
  for (const [place, row] of uses.entries()) {
    const used = (use: Use) => stages.filter((_, index) => row[index] === use);
    stages.push(pipeline.addStage(`s${place}`, { prompt: `Do {{len "${'x'.repeat(place)}"}} ${used('reads').map(({ commit }) => commit).join(' ')}`, after: used('after') }));
    stages[place]!.addAfter(...used('after, added later'));
  }
  return chart.toJson();
}

test('whatever stages use each other, as Tasks they depend on exactly what they use', () => {
  fc.assert(fc.property(programs, (uses) => {
    const tasks = synth(uses, 'Tasks').map(({ metadata, spec }) => [metadata.name, new Set(spec.dependsOn)]);
    expect(tasks).toEqual(uses.map((row, place) => [`p-s${place}`, new Set(row.flatMap((use, index) => (use === 'not' ? [] : [`p-s${index}`])))]));
  }));
});

test('whatever stages use each other, a TaskPipeline has the one order that is open to the Tasks, or is refused', () => {
  fc.assert(fc.property(programs, fc.boolean(), (drawn, isChain) => {
    const uses = drawn.map((row, place) => row.map((use, index) => (isChain && index === place - 1 && use === 'not' ? 'reads' : use)));
    const orders = ordersOf(synth(uses, 'Tasks').map(({ metadata, spec }) => ({ name: metadata.name, dependsOn: spec.dependsOn ?? [] })));
    if (orders.length > 1) {
      expect(() => synth(uses, 'TaskPipeline')).toThrow('cannot be said in a TaskPipeline; its stages run one after the other');
    } else {
      const [pipeline, ...more] = synth(uses, 'TaskPipeline');
      expect([pipeline!.spec.stages!.map(({ name }) => `p-${name}`), more]).toEqual([orders[0], []]);
    }
  }));
});

/** Pieces of prompts, with a result in the text and in an action. The first stage has a text in their place. */
const pieces: ((text: string, operand: string) => string)[] = [
  () => 'Do ',
  () => '{{"{{"}}{{/* a note */}}',
  (text) => ` ${text}, it's "so" `,
  (_, operand) => `{{printf "%q %s" ${operand} "}}"}}`,
  (text, operand) => `{{if eq ${operand} "yes"}}sure: ${text}{{else}}{{len ${operand}}}{{end}}`,
  (_, operand) => `{{with ${operand}}}{{.}}{{end}}`,
];

test('whatever stages read and leave, an agent is asked the same in both forms', () => {
  const prompts = fc.array(fc.array(fc.tuple(fc.constantFrom(...pieces), fc.nat()), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(prompts, fc.array(fc.oneof(fc.constant('yes'), fc.string()), { minLength: 5, maxLength: 5 }), (drawn, left) => {
    const inForm = (form: AgentPipelineForm) => {
      const chart = new Chart(new App(), 'fleet');
      const pipeline = new AgentPipeline(chart, 'p', { metadata: { name: 'p' }, agent: claude, form });
      const stages: PipelineStage[] = [];
      for (const [place, parts] of drawn.entries()) {
        const text = parts.map(([piece, any]) => (place === 0 ? piece('x', '"x"') : piece(stages[any % place]!.result('note'), stages[any % place]!.result('note')))).join('');
        // A chain, so that both forms can say it.
        const previous = stages[place - 1];
        stages.push(pipeline.addStage(`s${place}`, { prompt: `${text}.`, after: previous === undefined || text.includes(previous.result('note')) ? [] : [previous] }));
      }
      return chart.toJson() as { spec: { prompt: string; dependsOn?: string[]; stages: { taskTemplate: { prompt: string } }[] } }[];
    };
    const render = (prompt: string, data: object) => renderTemplate(parseTemplate(prompt, 'prompt'), data as Record<string, unknown>, { missingKey: 'error', refusesNoValue: true });
    const results = (place: number) => ({ Results: stringMap({ note: left[place]! }) });
    const asTasks = inForm('Tasks').map(({ spec: { prompt, dependsOn = [] } }) => (dependsOn.length === 0 ? prompt : render(prompt, { Deps: Object.fromEntries(dependsOn.map((name) => [name, results(Number(name.slice('p-s'.length)))])) })));
    const asOne = inForm('TaskPipeline')[0]!.spec.stages.map(({ taskTemplate: { prompt } }, place) => render(prompt, { Stages: Object.fromEntries(drawn.slice(0, place).map((_, before) => [`s${before}`, [results(before)]])) }));
    expect(asTasks).toEqual(asOne);
  }));
});

/** The orders in which Tasks can be run one at a time: two at most, which is enough to know. */
function ordersOf(tasks: readonly { readonly name: string; readonly dependsOn: readonly string[] }[], done: readonly string[] = []): string[][] {
  if (tasks.length === 0) return [[...done]];
  const ready = tasks.filter(({ dependsOn }) => dependsOn.every((name) => done.includes(name)));
  return ready.slice(0, 2).flatMap((next) => ordersOf(tasks.filter((task) => task !== next), [...done, next.name])).slice(0, 2);
}
