import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type KubeClient, type KubeObject, pathOf, sleep, systemClock } from '@taskwright/runtime/kube';
import { startOperator } from '@taskwright/runtime/operator';
import { startGitServer } from '@taskwright/runtime/testing';
import { agentConfigResource, taskResource, workspaceResource } from '@taskwright/schema';
import { type Container, type Job, type Pod, jobResource, podResource } from '@taskwright/schema/kubernetes';
import { figure, median } from './figure.ts';
import { benchServer } from './server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * From the creation of a Job to the first line of its agent, on a real node: the one init container that the operator makes, against a
 * container for each step (clone, remotes, branch, files, plugins), of the same image, with the least a step can do in a shell.
 *
 *     npm run cluster:up
 *     node --conditions=taskwright-source bench/agent-pod.ts --kubeconfig FILE [--rounds 7]
 */
const { values } = parseArgs({ options: { kubeconfig: { type: 'string' }, rounds: { type: 'string', default: '7' } } });
if (!values.kubeconfig) throw new RangeError('--kubeconfig: is missing; pass the file that npm run cluster:up prints');
const NAMESPACE = `bench-agent-pod-${process.pid}`;
const ASK_EVERY_MS = 100;
const ENDS_WITHIN_MS = 60_000;
/** Of the repository that is cloned: a small service. */
const FILES = 300;
const IMAGES = { agents: {}, agentTools: { image: 'ghcr.io/taskwright/agent-tools:test' } };
const AGENT_IMAGE = 'example.com/shell-agent:1';

const server = await benchServer(values.kubeconfig);
const { client } = server;
const folder = temporaryFolder('agent-pod');
const git = await startGitServer({ root: folder, host: server.url.hostname });
const operator = startOperator({ transport: server.transport, images: IMAGES, namespaces: [NAMESPACE] });
figure('agent-pod', 'load of the machine before', loadavg()[0]!, 'processes');
try {
  createRepository();
  await server.namespace(NAMESPACE);
  const template = await jobOfTheOperator();
  const sides = { one: template, chain: { ...template, initContainers: chain(template.initContainers![0]!) } };
  await firstLineAfterMs('warm-up-one', sides.one);
  await firstLineAfterMs('warm-up-chain', sides.chain);
  const times: { [side in keyof typeof sides]: number[] } = { one: [], chain: [] };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const order = round % 2 === 0 ? ['one', 'chain'] as const : ['chain', 'one'] as const;
    for (const side of order) times[side].push(await firstLineAfterMs(`${side}-${round}`, sides[side]));
  }
  figure('agent-pod', 'Job to the first line of its agent, one init container', median(times.one), 'ms');
  figure('agent-pod', 'Job to the first line of its agent, five init containers', median(times.chain), 'ms');
  figure('agent-pod', 'one over five', median(times.one.map((one, round) => one / times.chain[round]!)), 'ratio');
} finally {
  await client.delete(taskResource, { namespace: NAMESPACE, name: 'template' }).catch(() => {});
  await client.delete({ group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }, { name: NAMESPACE }).catch(() => {});
  await operator.stop();
  await git.close();
  await server.close();
  rmSync(folder, { recursive: true });
}

function createRepository(): void {
  const work = join(folder, 'work');
  const run = (...args: string[]) => execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args]);
  for (let file = 0; file < FILES; file += 1) {
    mkdirSync(join(work, `src/part-${file % 10}`), { recursive: true });
    writeFileSync(join(work, `src/part-${file % 10}/file-${file}.ts`), `export const value${file} = ${file};\n`.repeat(100));
  }
  run('init', '--quiet', '--initial-branch=main', work);
  run('-C', work, 'add', '.');
  run('-C', work, 'commit', '--quiet', '-m', 'all of it');
  run('clone', '--quiet', '--bare', work, join(folder, 'shop.git'));
}

/** What the operator makes of a Task with everything that needs a step. Its ConfigMaps stay as long as the Task. */
async function jobOfTheOperator() {
  const create = (resource: Parameters<KubeClient['create']>[0], name: string, spec: object) => client.create(resource, { metadata: { namespace: NAMESPACE, name }, spec } as KubeObject);
  const repo = `${git.url}/shop.git`;
  await create(workspaceResource, 'shop', { repo, ref: 'main', remotes: [{ name: 'upstream', url: repo }], files: [{ path: 'AGENTS.md', content: '# Rules\n' }, { path: '.tool/settings.json', content: '{}\n' }] });
  await create(agentConfigResource, 'rules', { plugins: [{ name: 'house', skills: [{ name: 'release', content: '# Release' }], agents: [{ name: 'reviewer', content: '# Reviewer' }] }] });
  await operator.ready;
  await create(taskResource, 'template', { prompt: 'speak', branch: 'work', workspaceRef: { name: 'shop' }, agentConfigRefs: [{ name: 'rules' }], worker: { type: 'claude-code', image: AGENT_IMAGE, credentials: { type: 'none' } } });
  const job = await until('the Job of the Task', () => client.get<Job & KubeObject>(jobResource, { namespace: NAMESPACE, name: 'template' }).catch(() => undefined));
  return job.spec!.template.spec!;
}

/** One container a step, as small as a shell can do it: no credentials, no errors explained. */
function chain({ volumeMounts, env, ...prepare }: Container): Container[] {
  const repo = `${git.url}/shop.git`;
  const steps = {
    'git-clone': `git clone --quiet --branch main --no-single-branch --depth 1 -- ${repo} /workspace/repo`,
    'remote-setup': `cd /workspace/repo && git remote add upstream ${repo}`,
    'branch-setup': 'cd /workspace/repo && if git ls-remote --exit-code --heads origin refs/heads/work >/dev/null; then exit 1; else git checkout --quiet -b work; fi',
    'workspace-files': "cd /workspace/repo && mkdir -p .tool && printf '# Rules\\n' > AGENTS.md && printf '{}\\n' > .tool/settings.json",
    'plugin-setup': 'cd /kelos-plugin-src && for entry in *; do cp -RL "$entry" /kelos/plugin/; done',
  };
  return Object.entries(steps).map(([name, script]) => ({ ...prepare, name, volumeMounts, env, command: ['/bin/sh', '-c', script] }));
}

/** By the clock of this machine, which the node's log has as well. */
async function firstLineAfterMs(name: string, spec: object): Promise<number> {
  const address = { namespace: NAMESPACE, name };
  const startedAt = systemClock.now().getTime();
  await client.create(jobResource, { metadata: address, spec: { backoffLimit: 0, template: { spec } } } as unknown as KubeObject);
  const pods = async () => (await client.list<Pod & KubeObject>(podResource, { namespace: NAMESPACE, labelSelector: `batch.kubernetes.io/job-name=${name}` })).items;
  const pod = await until(`the end of ${name}`, async () => (await pods()).find(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed'));
  const { body } = await client.send({ method: 'GET', path: `${pathOf(podResource, { namespace: NAMESPACE, name: pod.metadata.name! })}/log?container=kelos-agent&timestamps=true` });
  const [time] = body.toString().split(' ');
  if (!time) throw new Error(`${name} said nothing: ${JSON.stringify(pod.status)}`);
  await client.delete(jobResource, address, { propagationPolicy: 'Background' });
  await until(`the going of ${name}`, async () => (await pods()).length === 0 || undefined);
  return new Date(time).getTime() - startedAt;
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const endsAt = systemClock.elapsed() + ENDS_WITHIN_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (systemClock.elapsed() > endsAt) throw new Error(`${what}: not after ${ENDS_WITHIN_MS / 1_000} s`);
    await sleep(systemClock, ASK_EVERY_MS);
  }
}
