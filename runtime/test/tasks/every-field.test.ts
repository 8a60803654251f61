import { type AgentConfig, type AgentConfigSpec, agentConfigKind, CREDENTIAL_KEYS, type Kind, type StructuralSchema, type Task, taskKind, type TaskSpec, type Workspace, workspaceKind, type WorkspaceSpec } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import type { ReadData } from '../../src/agent-configs/referenced-data.ts';
import { planTask } from '../../src/tasks/task-plan.ts';
import { workerOf } from '../../src/tasks/worker.ts';
import { type Variant, valueOf } from '../fields/field-value.ts';
import { type Field, fieldsOf, spelled, withField, withoutField } from '../fields/schema-field.ts';
import { schemaOf, walkedKinds } from '../fields/walked-kinds.ts';
import { aTask, facts } from './task-fixtures.ts';

/** Fields of which nothing is made, with all below them, and why. The list may only become shorter: what has an effect may not stand here. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  'Workspace spec.ghproxy': 'there is no caching proxy for the GitHub API yet: agents talk to GitHub directly',
  'AgentConfig spec.mcpServers[].env[].valueFrom.fieldRef': 'it fails the Task, whatever it says',
  'AgentConfig spec.mcpServers[].env[].valueFrom.resourceFieldRef': 'it fails the Task, whatever it says',
  'AgentConfig spec.mcpServers[].env[].valueFrom.fileKeyRef': 'it fails the Task, whatever it says',
};

interface Scene {
  readonly task: TaskSpec;
  readonly workspace: WorkspaceSpec;
  readonly config: AgentConfigSpec;
}

const workspace: WorkspaceSpec = { repo: 'https://git.example/acme/shop.git' };
const config: AgentConfigSpec = {};
const uses = { workspaceRef: { name: 'a' }, agentConfigRefs: [{ name: 'a' }] };

/** For each kind, scenes around an object of it. */
const scenesOf: Readonly<Record<string, (specs: readonly object[]) => readonly Scene[]>> = {
  Task: (specs) => (specs as TaskSpec[]).map((task) => ({ task: task.worker ? { ...task, worker: { ...task.worker, ...uses } } : task.workerPoolRef ? task : { ...task, ...uses }, workspace, config })),
  Workspace: (specs) => (specs as WorkspaceSpec[]).map((spec) => ({ task: usingBoth, workspace: spec, config })),
  AgentConfig: (specs) => (specs as AgentConfigSpec[]).map((spec) => ({ task: usingBoth, workspace, config: spec })),
};
const usingBoth: TaskSpec = { prompt: 'a', worker: { type: 'claude-code', credentials: { type: 'none' }, ...uses } };
const partOf = { Task: 'task', Workspace: 'workspace', AgentConfig: 'config' } as const;

describe.each([taskKind, workspaceKind, agentConfigKind])('$kind', (kind: Kind) => {
  const schema = schemaOf(kind);
  const { specs } = walkedKinds.find((walked) => walked.kind === kind)!;
  const part = partOf[kind.kind as keyof typeof partOf];
  const fields = fieldsOf(schema, 'spec').filter(({ path }) => path.length > 1);

  test('what is made of A, of B and of A again is one, another, and the first again, for every field', () => {
    const problems = fields.flatMap((field) => {
      const name = `${kind.kind} ${spelled(field)}`;
      const verdict = firstVerdict(field, scenesOf[kind.kind]!(specs));
      const isListed = Object.keys(WITHOUT_EFFECT).some((listed) => name === listed || name.startsWith(`${listed}.`));
      if (verdict && !verdict.repeats) return `${name}: A gives something else the second time`;
      if (verdict && isListed) return `${name}: has an effect, so it may no longer be listed`;
      return verdict || isListed ? [] : `${name}: has no effect on what is written, and no reason for it`;
    });
    expect(problems).toEqual([]);
  });

  /** Of the first scene in which the field matters. */
  function firstVerdict(field: Field, scenes: readonly Scene[]): ReturnType<typeof verdictOn> | undefined {
    for (const scene of scenes) {
      const verdict = verdictOn(field, scene);
      if (verdict.differs || !verdict.repeats) return verdict;
    }
    return undefined;
  }

  function verdictOn(field: Field, scene: Scene): { readonly differs: boolean; readonly repeats: boolean } {
    const [a, b] = (['A', 'B'] as const).map((variant) => ({ ...scene, [part]: specWith(schema, scene[part], field, variant) })) as [Scene, Scene];
    const other = same(a, b) ? { ...scene, [part]: (withoutField({ spec: a[part] }, field.path) as { spec: object }).spec } : b;
    const [first, second, third] = [a, other, a].map((each) => effectsOf(frozen(each)));
    return { differs: !same(first, second), repeats: same(first, third) };
  }
});

function specWith(schema: StructuralSchema, spec: object, { path, schema: own }: Field, variant: Variant): object {
  return (withField(schema, { spec }, path, valueOf(own, variant)) as { spec: object }).spec;
}

/** All that the operator writes about a Task that starts, one whose Secrets are missing, and one that has ended. */
function effectsOf({ task: spec, workspace: workspaceSpec, config: configSpec }: Scene): unknown {
  const task: Task = { ...aTask(), spec };
  const named = <T>(name: string | undefined, object: T) => (name === 'a' ? object : undefined);
  const { workspaceName } = workerOf(task);
  const around = {
    task,
    workspace: named(workspaceName, { metadata: { name: 'a', namespace: 'dev' }, spec: workspaceSpec } satisfies Workspace),
    agentConfig: (name: string) => named(name, { metadata: { name: 'a', namespace: 'dev' }, spec: configSpec } satisfies AgentConfig),
    taskNamed: (name: string) => named(name, aTask({ name, status: { phase: 'Succeeded' } })),
    network: { reach: 'internet' as const, allowCidrs: [], allowHosts: [], denyCidrs: [] },
  };
  const ended: Task = { ...task, status: { phase: 'Succeeded', completionTime: '2026-01-01T00:00:00Z' } };
  return [facts({ ...around, read: everyKey }), facts(around), facts({ ...around, task: ended, hasRecord: true })].map((all) => planTask(all));
}

/** Whatever is asked for exists, with every key that somebody may read. */
const everyKey: ReadData = (kind, name) => {
  const keys = ['a', 'b', 'key', 'GITHUB_TOKEN', ...Object.values(CREDENTIAL_KEYS).flatMap((variables) => Object.values(variables))];
  return Object.fromEntries(keys.map((key) => [key, `${kind}/${name}/${key}`]));
};

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What a plan changes in what it was given would be a change for the next plan. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
