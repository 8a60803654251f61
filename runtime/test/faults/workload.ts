import { agentConfigResource, taskBudgetResource, taskResource, taskSpawnerResource, workspaceResource, type Task } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { type Job, jobResource } from '../../src/embedded/job-controller/job.ts';
import type { Pod } from '../../src/embedded/pod.ts';
import { controllerReference, type KubeObject } from '../../src/kube/object.ts';
import type { Script } from '../tasks/fake-kubelet.ts';
import { stepAgent } from '../tasks/step-agent.ts';
import { result } from '../tasks/task-fixtures.ts';
import { appData } from '../workspaces/app-fixture.ts';
import { aSecret, always, type Deed, hasJob, isGone, make, NAMESPACE, phaseIs, remove, SECRET_VALUE, type Shape, success, taskOf } from './shape.ts';
import { spawnerShapes } from './spawner-shapes.ts';

const aBudget = (name: string, maxCostUSD: string, annotations?: Record<string, string>) => make({ metadata: { name, annotations }, spec: { taskSelector: { matchLabels: { budget: name } }, period: { type: 'Daily', timezone: 'Asia/Tokyo' }, maxCostUSD } }, taskBudgetResource);
const aHardBudget = (name: string, maxCostUSD: string) => aBudget(name, maxCostUSD, { 'taskwright.dev/hard-stop': 'true' });
const aWorkspace = (name: string) => make({ metadata: { name }, spec: { repo: 'https://github.com/a/b' } }, workspaceResource);

/** A TaskSpawner with so many slots that makes nothing by itself, and Tasks of it. */
function spawned(name: string, maxConcurrency: number, tasks: Readonly<Record<string, Partial<Task['spec']>>>): Deed['act'] {
  const taskTemplate = { promptTemplate: 'Fix it', type: 'claude-code', credentials: { type: 'none' } };
  return async (client) => {
    const spawner = await client.create(taskSpawnerResource, { metadata: { name, namespace: NAMESPACE }, spec: { when: { cron: { schedule: '0 0 1 1 *' } }, taskTemplate, maxConcurrency, suspend: true } } as KubeObject);
    for (const [taskName, spec] of Object.entries(tasks)) {
      const task = taskOf(taskName, spec);
      await client.create(taskResource, { ...task, metadata: { ...task.metadata, ownerReferences: [controllerReference(spawner, taskSpawnerResource)] } });
    }
  };
}

/** Every kind of life a Task can have here. */
export const shapes: Readonly<Record<string, (name: string) => Shape>> = {
  plain: (name) => ({ tasks: { [name]: {} } }),
  retried: (name) => ({ tasks: { [name]: {} }, script: { attempts: [{ exitCode: 1, message: result(['cost-usd: 1']) }, success(name)] } }),
  failing: (name) => ({ tasks: { [name]: {} }, script: { exitCode: 3, message: result(['cost-usd: 0.5']) } }),
  'at once': (name) => ({ tasks: { [name]: {} }, script: { ...success(name), runsForMs: 0 } }),
  'ttl 0': (name) => ({ tasks: { [name]: { ttlSecondsAfterFinished: 0 } } }),
  'ttl 60': (name) => ({ tasks: { [name]: { ttlSecondsAfterFinished: 60 } } }),
  'by log': (name) => ({ tasks: { [name]: { image: 'bot:1' } }, script: { log: `---KELOS_OUTPUTS_START---\nbranch: ${name}\n---KELOS_OUTPUTS_END---\nbye\n` } }),
  'long prompt': (name) => ({ tasks: { [name]: { prompt: 'x'.repeat(100_000), ttlSecondsAfterFinished: 30 } } }),
  deadline: (name) => ({ tasks: { [name]: { podOverrides: { activeDeadlineSeconds: 60 } } }, script: { runsForMs: 3_600_000, stoppedMessage: result(['cost-usd: 0.25']) }, mayLoseOutcome: true }),
  sidecar: (name) => ({ tasks: { [name]: { podOverrides: { extraContainers: [{ name: 'postgres', image: 'postgres' }] } } } }),
  chain: (name) => ({
    tasks: { [`${name}-c`]: { dependsOn: [`${name}-b`] }, [`${name}-b`]: { dependsOn: [`${name}-a`], ttlSecondsAfterFinished: 0 }, [`${name}-a`]: { ttlSecondsAfterFinished: 0 } },
  }),
  'of a failed one': (name) => ({ tasks: { [`${name}-a`]: {}, [`${name}-b`]: { dependsOn: [`${name}-a`] } }, script: { exitCode: 4 } }),
  'one branch': (name) => ({ tasks: { [`${name}-a`]: { branch: name }, [`${name}-b`]: { branch: name, ttlSecondsAfterFinished: 60 }, [`${name}-c`]: { branch: name } } }),
  'branch at once': (name) => ({ tasks: { [`${name}-a`]: { branch: name }, [`${name}-b`]: { branch: name }, [`${name}-c`]: { branch: name } }, script: { ...success(name), runsForMs: 0 } }),
  'branch against dependencies': (name) => ({ tasks: { [`${name}-a`]: { branch: name, dependsOn: [`${name}-b`] }, [`${name}-b`]: { branch: name, dependsOn: [`${name}-c`] }, [`${name}-c`]: { branch: name } } }),
  'branch after a failed one': (name) => ({ tasks: { [`${name}-a`]: { branch: name }, [`${name}-b`]: { branch: name } }, script: { exitCode: 4 } }),
  'branch of a deleted one': (name) => ({
    tasks: { [`${name}-a`]: { branch: name } },
    script: { runsForMs: 300_000, stoppedMessage: result(['cost-usd: 1']) },
    deeds: [
      { when: hasJob(`${name}-a`), afterMs: 0, act: make(taskOf(`${name}-b`, { branch: name }), taskResource) },
      { when: hasJob(`${name}-a`), afterMs: 20_000, act: remove(taskResource, `${name}-a`) },
    ],
  }),
  'branch and a late secret': (name) => ({
    tasks: { [`${name}-a`]: { branch: name, credentials: { type: 'api-key', secretRef: { name } } }, [`${name}-b`]: { branch: name } },
    deeds: [{ when: phaseIs(`${name}-a`, 'Waiting'), afterMs: 20_000, act: aSecret(name, { ANTHROPIC_API_KEY: SECRET_VALUE }) }],
  }),
  'tried again': (name) => ({ tasks: { [name]: {} }, annotations: { 'taskwright.dev/retry-limit': '2', 'taskwright.dev/retry-backoff-seconds': '20' }, script: { exitCode: 3, message: result(['cost-usd: 0.5']) } }),
  'tried again on a branch': (name) => ({
    tasks: { [`${name}-a`]: { branch: name }, [`${name}-b`]: { branch: name } },
    annotations: { 'taskwright.dev/retry-limit': '1', 'taskwright.dev/ttl-seconds-after-failed': '60' },
    script: { exitCode: 3, message: result(['cost-usd: 0.5']) },
  }),
  'budget with room': (name) => ({
    tasks: Object.fromEntries(['a', 'b', 'c', 'd'].map((part) => [`${name}-${part}`, {}])),
    labels: { budget: name },
    script: success(name),
    deeds: [{ when: always, afterMs: 0, act: aBudget(name, '2') }],
  }),
  'budget that is full': (name) => ({
    tasks: { [`${name}-a`]: {}, [`${name}-b`]: { dependsOn: [`${name}-a`] }, [`${name}-c`]: { dependsOn: [`${name}-b`] } },
    labels: { budget: name },
    script: success(name),
    deeds: [{ when: always, afterMs: 0, act: aBudget(name, '1') }],
  }),
  'budget that is raised': (name) => ({
    tasks: Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((part) => [`${name}-${part}`, { branch: part < 'c' ? name : undefined }])),
    labels: { budget: name },
    script: { ...success(name), runsForMs: 120_000 },
    deeds: [
      { when: always, afterMs: 0, act: aBudget(name, '1') },
      { when: always, afterMs: 1_500_000, act: (client) => client.patchMerge(taskBudgetResource, { namespace: NAMESPACE, name }, { spec: { maxCostUSD: '10' } }) },
    ],
  }),
  'budget with a hard stop': (name) => ({
    tasks: Object.fromEntries(['a', 'b', 'c'].map((part) => [`${name}-${part}`, {}])),
    labels: { budget: name },
    annotations: { 'taskwright.dev/max-cost-usd': '0.3', 'taskwright.dev/retry-limit': '2' },
    script: stepAgent(5),
    // Room for all three also when two of them have ended, each a step past its limit.
    deeds: [{ when: always, afterMs: 0, act: aHardBudget(name, '1.2') }],
  }),
  'budget with a hard stop that has no room': (name) => ({
    tasks: { [`${name}-a`]: {}, [`${name}-b`]: { dependsOn: [`${name}-a`] }, [`${name}-c`]: { dependsOn: [`${name}-b`] } },
    labels: { budget: name },
    annotations: { 'taskwright.dev/max-cost-usd': '0.6' },
    script: stepAgent(0.4),
    deeds: [{ when: always, afterMs: 0, act: aHardBudget(name, '1') }],
  }),
  'budget with a hard stop that is raised': (name) => ({
    tasks: { [name]: {} },
    labels: { budget: name },
    annotations: { 'taskwright.dev/retry-limit': '3', 'taskwright.dev/retry-on': 'Limit,Agent', 'taskwright.dev/retry-backoff-seconds': '20' },
    script: stepAgent(5),
    deeds: [
      { when: always, afterMs: 0, act: aHardBudget(name, '1') },
      { when: always, afterMs: 600_000, act: (client) => client.patchMerge(taskBudgetResource, { namespace: NAMESPACE, name }, { spec: { maxCostUSD: '2' } }) },
    ],
  }),
  'late secret': (name) => ({
    tasks: { [name]: { credentials: { type: 'api-key', secretRef: { name } } } },
    deeds: [
      { when: phaseIs(name, 'Waiting'), afterMs: 20_000, act: aSecret(name, {}) },
      { when: phaseIs(name, 'Waiting'), afterMs: 40_000, act: remove(secretResource, name) },
      { when: phaseIs(name, 'Waiting'), afterMs: 45_000, act: aSecret(name, { ANTHROPIC_API_KEY: SECRET_VALUE }) },
    ],
  }),
  'late workspace': (name) => ({
    tasks: { [name]: { workspaceRef: { name } } },
    deeds: [{ when: phaseIs(name, 'Waiting'), afterMs: 30_000, act: aWorkspace(name) }],
  }),
  'github app': (name) => ({
    tasks: { [name]: { workspaceRef: { name }, ttlSecondsAfterFinished: 600 } },
    script: { ...success(name), runsForMs: 1_200_000 },
    deeds: [
      { when: always, afterMs: 0, act: aSecret(name, { ...appData, installationID: '24' }) },
      { when: always, afterMs: 5_000, act: make({ metadata: { name }, spec: { repo: 'https://github.com/acme/shop', secretRef: { name } } }, workspaceResource) },
      { when: phaseIs(name, 'Waiting'), afterMs: 90_000, act: remove(secretResource, name) },
      { when: phaseIs(name, 'Waiting'), afterMs: 95_000, act: aSecret(name, appData) },
    ],
  }),
  'tool server': (name) => ({
    tasks: { [name]: { agentConfigRefs: [{ name }], ttlSecondsAfterFinished: 60 } },
    deeds: [
      { when: always, afterMs: 0, act: aSecret(name, { Authorization: SECRET_VALUE }) },
      { when: always, afterMs: 10_000, act: make({ metadata: { name }, spec: { mcpServers: [{ name: 'tools', type: 'http', url: 'https://example.com', headersFrom: { secretRef: { name } } }] } }, agentConfigResource) },
    ],
  }),
  'deleted while it runs': (name) => ({
    tasks: { [name]: {} },
    script: { runsForMs: 600_000 },
    deeds: [{ when: hasJob(name), afterMs: 15_000, act: remove(taskResource, name) }],
  }),
  'deleted while it starts': (name) => ({ tasks: { [name]: {} }, script: { runsForMs: 600_000 }, deeds: [{ when: hasJob(name), afterMs: 0, act: remove(taskResource, name) }] }),
  'made again': (name) => ({
    tasks: { [name]: { prompt: 'x'.repeat(100_000) } },
    deeds: [
      { when: hasJob(name), afterMs: 10_000, act: remove(taskResource, name) },
      { when: isGone(name), afterMs: 0, act: make(taskOf(name, { prompt: 'x'.repeat(100_000) }), taskResource) },
    ],
  }),
  'its Job deleted': (name) => ({
    tasks: { [name]: {} },
    script: { runsForMs: 600_000 },
    deeds: [
      { when: phaseIs(name, 'Running'), afterMs: 5_000, act: remove(jobResource, name) },
      { when: (history) => history.of('Job').some((job) => job.name === name && job.goneAt !== undefined), afterMs: 0, act: make(foreignJob(name), jobResource) },
    ],
    mayLoseOutcome: true,
  }),
  'after a Job of its name': (name) => ({
    tasks: {},
    deeds: [
      { when: always, afterMs: 0, act: make(foreignJob(name), jobResource) },
      { when: always, afterMs: 60_000, act: remove(jobResource, name) },
      { when: (history) => history.of('Job').some((job) => job.name === name && job.goneAt !== undefined), afterMs: 1_000, act: make(taskOf(name, {}), taskResource) },
    ],
  }),
  'several slots': (name) => ({
    tasks: {},
    deeds: [{ when: always, afterMs: 0, act: spawned(name, 2, { [`${name}-a`]: {}, [`${name}-b`]: { branch: name }, [`${name}-c`]: { dependsOn: [`${name}-e`] }, [`${name}-d`]: { branch: name }, [`${name}-e`]: {} }) }],
  }),
  ...spawnerShapes,
};

function foreignJob(name: string): Partial<Job> {
  return {
    metadata: { name, labels: { 'kelos.dev/managed-by': 'kelos-controller', 'kelos.dev/component': 'task' } },
    spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
  } as Partial<Job>;
}

export function shapeNamed(name: string): Shape {
  return shapes[name]!(name.toLowerCase().replaceAll(/\W+/g, '-'));
}

/** What the Pods of these shapes do. */
export function scripts(workload: readonly Shape[]): (pod: Pod) => Script {
  const byName = new Map(workload.flatMap(({ tasks, script }) => Object.keys(tasks).map((name) => [name, script] as const)));
  return (pod) => {
    const name = pod.metadata.labels?.['kelos.dev/task'] ?? '';
    const script = byName.get(name) ?? success(name);
    return typeof script === 'function' ? script(pod) : script;
  };
}
