import { ApiObject, App, Chart, Duration, JsonPatch } from 'cdk8s';
import { AgentConfig, CodingAgent, Credentials, Output, SecretRef, Task, WorkerPool, Workspace } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const claude = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });

describe('the prompt of a Task with dependsOn', () => {
  const after = (prompt: string) => (chart: Chart) => {
    const plan = new Task(chart, 'plan', { metadata: { name: 'plan' }, agent: claude, prompt: 'Plan {{it}}.' });
    new Task(chart, 'fix', { agent: claude, prompt, dependsOn: [plan, Task.fromTaskName('task-a')] });
  };

  test('may read what they left', () => {
    const prompt = '{{.Deps.plan.Results.branch}}{{range index .Deps "task-a" "Outputs"}}{{.}}{{end}}{{"{{"}}';
    const chart = new Chart(new App(), 'fleet');
    after(prompt)(chart);
    expect((chart.toJson() as { spec: { prompt: string } }[]).map(({ spec }) => spec.prompt)).toEqual(['Plan {{it}}.', prompt]);
  });

  test.each([
    ['Do\n{{.Deps.paln.Name}}', 'prompt, line 2, column 3: reads a variable that is not there, got .Deps.paln; .Deps has plan or task-a; did you mean .Deps.plan?'],
    ['{{index .Deps "review" "Name"}}', 'prompt, line 1, column 15: reads a variable that is not there, got .Deps.review; .Deps has plan or task-a; add that Task to dependsOn'],
    ['{{if .Deps.plan.Name}}', 'prompt, line 1, column 1: is not a template that can be rendered; this block is never closed; add {{end}}; braces that are no template are written {{"{{"}}'],
    ['{{lenn .Deps}}', 'prompt, line 1, column 3: is not a template that can be rendered; there is no function "lenn"; did you mean len?; braces that are no template are written {{"{{"}}'],
  ])('is checked: %j', (prompt, line) => {
    expectSynth(after(prompt), { refused: [`[fleet/fix] ${line}`] });
  });
});

describe('a Task', () => {
  test('is rendered with nothing that was not asked for', () => {
    expectSynth((chart) => new Task(chart, 'fix', { agent: claude, prompt: 'Fix it.' }), [
      {
        apiVersion: 'kelos.dev/v1alpha2',
        kind: 'Task',
        metadata: { name: 'fleet-fix-c8d57a2b' },
        spec: { prompt: 'Fix it.', worker: { type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: 'claude' } } } },
      },
    ]);
  });

  test('is rendered with everything that can be asked for', () => {
    expectSynth((chart) => {
      new Task(chart, 'fix', {
        metadata: { name: 'fix', namespace: 'agents', labels: { team: 'shop' } },
        agent: CodingAgent.codex({
          credentials: Credentials.oauth(SecretRef.fromName('codex')),
          model: 'gpt-5',
          effort: 'high',
          image: 'registry.example.com/codex:1',
          agentConfigs: [AgentConfig.fromAgentConfigName('house-rules')],
          serviceAccount: { name: 'deployer' },
          podOverrides: { activeDeadlineSeconds: 3600 },
        }),
        prompt: 'Fix it.',
        workspace: Workspace.fromWorkspaceName('shop'),
        branch: 'fix/rounding',
        dependsOn: [Task.fromTaskName('plan')],
        ttlAfterFinished: Duration.days(1),
        upstreamRepo: 'acme/shop',
        podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
      });
    }, [
      {
        apiVersion: 'kelos.dev/v1alpha2',
        kind: 'Task',
        metadata: { name: 'fix', namespace: 'agents', labels: { team: 'shop' } },
        spec: {
          prompt: 'Fix it.',
          worker: {
            type: 'codex',
            credentials: { type: 'oauth', secretRef: { name: 'codex' } },
            model: 'gpt-5',
            effort: 'high',
            image: 'registry.example.com/codex:1',
            agentConfigRefs: [{ name: 'house-rules' }],
            podOverrides: { serviceAccountName: 'deployer', activeDeadlineSeconds: 3600 },
            workspaceRef: { name: 'shop' },
          },
          branch: 'fix/rounding',
          dependsOn: ['plan'],
          ttlSecondsAfterFinished: 86_400,
          upstreamRepo: 'acme/shop',
          podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
        },
      },
    ]);
  });

  test('runs on a pool, which says the rest', () => {
    expectSynth((chart) => {
      new Task(chart, 'fix', { agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm'), { model: 'opus', effort: 'low' }), prompt: 'Fix it.', upstreamRepo: 'acme/shop' });
    }, [
      {
        apiVersion: 'kelos.dev/v1alpha2',
        kind: 'Task',
        metadata: { name: 'fleet-fix-c8d57a2b' },
        spec: { prompt: 'Fix it.', workerPoolRef: { name: 'warm' }, model: 'opus', effort: 'low', upstreamRepo: 'acme/shop' },
      },
    ]);
  });

  test('names what a pool excludes', () => {
    expectSynth((chart) => {
      new Task(chart, 'fix', {
        agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm')),
        prompt: 'Fix it.',
        workspace: Workspace.fromWorkspaceName('shop'),
        ttlAfterFinished: Duration.hours(1),
      });
    }, {
      refused: [
        '[fleet/fix] workspace: does not go together with a worker pool; leave it out, or pass an agent that gets a Pod of its own',
        '[fleet/fix] ttlAfterFinished: does not go together with a worker pool; leave it out, or pass an agent that gets a Pod of its own',
      ],
    });
  });

  test('leaves room for the rule that outputs need', () => {
    const rules = (count: number) => ({ rules: Array.from({ length: count }, () => ({ action: 'Ignore' })) });
    const outputs = { steps: Output.list() };
    expectSynth((chart) => {
      new Task(chart, 'plain', { agent: claude, prompt: 'Fix it.', podFailurePolicy: rules(21) });
      new Task(chart, 'telling', { agent: claude, prompt: 'Fix it.', podFailurePolicy: rules(20), outputs });
    }, {
      refused: [
        '[fleet/plain] podFailurePolicy.rules: has too many items, got 21; Kubernetes takes 20',
        '[fleet/telling] podFailurePolicy.rules: has too many items, got 20; Kubernetes takes 20, and a Task with outputs needs one of them',
      ],
    });
  });

  test('refers to the Tasks it waits for, also to later ones', () => {
    const app = new App();
    const chart = new Chart(app, 'fleet');
    const plan = new Task(chart, 'plan', { agent: claude, prompt: 'Plan it.' });
    const build = new Task(chart, 'build', { agent: claude, prompt: 'Build it.', dependsOn: [plan] });
    const review = new Task(chart, 'review', { agent: claude, prompt: 'Review it.' });
    review.addDependsOn(plan, build);
    expect(ApiObject.of(review).toJson().spec.dependsOn).toEqual([plan.name, build.name]);
    expect(app.synthYaml()).toContain(build.name);
  });

  test('names the Tasks of a cycle once', () => {
    expectSynth((chart) => {
      const a = new Task(chart, 'a', { agent: claude, prompt: 'A.' });
      const b = new Task(chart, 'b', { agent: claude, prompt: 'B.', dependsOn: [a] });
      const c = new Task(chart, 'c', { agent: claude, prompt: 'C.', dependsOn: [b] });
      a.addDependsOn(c);
    }, { refused: ['[fleet/a] dependsOn: waits for itself, got fleet/a → fleet/c → fleet/b → fleet/a; take one of these out'] });
  });

  test('works twice in one chart', () => {
    const chart = new Chart(new App(), 'fleet');
    const names = ['one', 'two'].map((id) => new Task(chart, id, { agent: claude, prompt: 'Fix it.' }).name);
    expect(new Set(names).size).toBe(2);
    expect(chart.toJson()).toHaveLength(2);
  });

  test('keeps an unknown field that a JSON patch adds', () => {
    const chart = new Chart(new App(), 'fleet');
    const task = new Task(chart, 'fix', { agent: claude, prompt: 'Fix it.' });
    ApiObject.of(task).addJsonPatch(JsonPatch.add('/spec/fromTheFuture', { level: 3 }), JsonPatch.add('/besideSpec', true));
    expect(chart.toJson()[0]).toMatchObject({ spec: { fromTheFuture: { level: 3 } }, besideSpec: true });
  });

  test('says what is wrong with its name, prompt, branch and fork', () => {
    expectSynth((chart) => {
      new Task(chart, 'fix', { metadata: { name: 'a'.repeat(64) }, agent: claude, prompt: ' ', branch: 'feature one', upstreamRepo: 'https://github.com/acme/shop' });
    }, {
      refused: [
        '[fleet/fix] metadata.name: is too long, got 64 characters; at most 63; shorten the name',
        '[fleet/fix] branch: is not a branch name, got "feature one"; it must not hold spaces, control characters or any of ~ ^ : ? * [ \\',
        '[fleet/fix] prompt: is missing; say what the agent should do',
        '[fleet/fix] upstreamRepo: does not have the right form, got "https://github.com/acme/shop"; it has to be owner/repo',
      ],
    });
  });

  test('says which references lead nowhere', () => {
    const other = new Workspace(new Chart(new App(), 'elsewhere'), 'shop', { repo: 'https://github.com/acme/shop.git' });
    expectSynth((chart) => {
      const here = new Workspace(chart, 'shop', { metadata: { name: 'shop' }, repo: 'https://github.com/acme/shop.git' });
      new Task(chart, 'a', { agent: claude, prompt: 'A.', workspace: here });
      new Task(chart, 'b', { agent: claude, prompt: 'B.', workspace: { name: 'shpo' } });
      new Task(chart, 'c', { agent: claude, prompt: 'C.', workspace: { name: 'warehouse' } });
      new Task(chart, 'd', { agent: claude, prompt: 'D.', workspace: other });
      new Task(chart, 'e', { metadata: { namespace: 'agents' }, agent: claude, prompt: 'E.', workspace: new Workspace(chart, 'far', { metadata: { name: 'far', namespace: 'far' }, repo: 'https://github.com/acme/far.git' }) });
      new Task(chart, 'f', { agent: claude, prompt: 'F.', dependsOn: [{ name: 'plan' }] });
    }, {
      refused: [
        '[fleet/b] workspace: refers to something that this program does not define, got Workspace "shpo"; this program defines shop; did you mean shop?',
        '[fleet/c] workspace: refers to something that this program does not define, got Workspace "warehouse"; this program defines shop; define it, or pass Workspace.fromWorkspaceName("warehouse") if it exists already',
        `[fleet/d] workspace: refers to something that another app defines, got Workspace "${other.name}"; define it in this app, or pass Workspace.fromWorkspaceName("${other.name}")`,
        '[fleet/e] workspace: refers to something in another namespace, got "far" of namespace far; it is looked up in agents; define it there too',
        expect.stringMatching(/^\[fleet\/f\] dependsOn\[0\]: refers to something that this program does not define, got Task "plan"; this program defines .*; define it, or pass Task.fromTaskName\("plan"\) if it exists already$/),
      ],
    });
  });
});
