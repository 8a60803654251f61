/**
 * What a Task costs over a bare ApiObject with the same content, from `new` to YAML, checks included; and what loading the
 * library costs on top of cdk8s.
 *
 *     npx projen compile && node --expose-gc bench/synth.ts
 *
 * Both sides run in this process, in alternating rounds after a warm-up; loading is measured in one process per round.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ApiObject, App, Chart } from 'cdk8s';
import { CodingAgent, Credentials, SecretRef, Task, Workspace } from 'cdk8s-taskwright';
import { figure, median } from './figure.ts';

const WARM_UP_ROUNDS = 5;
/** Fewer objects, more rounds: a short run is easily disturbed. */
const ROUNDS: { readonly [count: number]: number } = { 100: 61, 1_000: 21 };

for (const count of Object.keys(ROUNDS).map(Number)) {
  const rounds = alternate(() => synth((chart) => defineTasks(chart, count)), () => synth((chart) => defineBare(chart, count)), ROUNDS[count]!);
  figure('synth', `${count} Tasks`, median(rounds.map(([tasks]) => tasks)), 'ms');
  figure('synth', `${count} bare ApiObjects`, median(rounds.map(([, bare]) => bare)), 'ms');
  figure('synth', `${count} Tasks over bare ApiObjects`, median(rounds.map(([tasks, bare]) => tasks / bare)), 'ratio');
}
figure('synth', 'import of cdk8s', loadMs(''), 'ms');
figure('synth', 'import on top of cdk8s', loadMs("require('cdk8s');", 'cdk8s-taskwright'), 'ms');

/** A synth of either program, in milliseconds, with what it came to. */
function synth(define: (chart: Chart) => void): { ms: number; yaml: string } {
  globalThis.gc?.();
  const start = performance.now();
  const app = new App();
  define(new Chart(app, 'fleet', { namespace: 'agents' }));
  const yaml = app.synthYaml();
  const ms = performance.now() - start;
  // A generated name ends with a hash of the construct path, which is longer by the L1 inside an L2.
  return { ms, yaml: yaml.replace(/-c8[0-9a-f]{6}$/gm, '') };
}

function defineTasks(chart: Chart, count: number): void {
  const workspace = new Workspace(chart, 'shop', { metadata: { name: 'shop' }, repo: 'https://github.com/acme/shop.git' });
  const agent = CodingAgent.claudeCode({
    credentials: Credentials.apiKey(SecretRef.fromName('claude')),
    model: 'opus',
    podOverrides: { activeDeadlineSeconds: 3600, resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '4Gi' } }, nodeSelector: { pool: 'agents' } },
  });
  for (let index = 0; index < count; index++) {
    new Task(chart, `task-${index}`, { agent, workspace, branch: `fix-${index}`, prompt: promptOf(index), ttlSecondsAfterFinished: 86_400 });
  }
}

function defineBare(chart: Chart, count: number): void {
  new ApiObject(chart, 'shop', { apiVersion: 'kelos.dev/v1alpha2', kind: 'Workspace', metadata: { name: 'shop' }, spec: { repo: 'https://github.com/acme/shop.git' } });
  for (let index = 0; index < count; index++) {
    new ApiObject(chart, `task-${index}`, {
      apiVersion: 'kelos.dev/v1alpha2',
      kind: 'Task',
      spec: {
        prompt: promptOf(index),
        worker: {
          type: 'claude-code',
          credentials: { type: 'api-key', secretRef: { name: 'claude' } },
          model: 'opus',
          podOverrides: { activeDeadlineSeconds: 3600, resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '4Gi' } }, nodeSelector: { pool: 'agents' } },
          workspaceRef: { name: 'shop' },
        },
        branch: `fix-${index}`,
        ttlSecondsAfterFinished: 86_400,
      },
    });
  }
}

function promptOf(index: number): string {
  return `Fix issue ${index}.\n\nReproduce it with a test first, then fix it, then run the whole suite and commit.`;
}

type Side = () => { ms: number; yaml: string };

/** Pairs of times, both of one round. The side that goes first changes with the round. */
function alternate(first: Side, second: Side, rounds: number): [number, number][] {
  if (first().yaml !== second().yaml) throw new Error('the two sides do not come to the same manifest');
  const pairs: [number, number][] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const swapped = round % 2 !== 0;
    const times = (swapped ? [second, first] : [first, second]).map((side) => side().ms) as [number, number];
    if (round >= 0) pairs.push(swapped ? [times[1], times[0]] : times);
  }
  return pairs;
}

/** How long `require` of a package takes in a fresh process, after `before` has run there. */
function loadMs(before: string, name = 'cdk8s'): number {
  const script = `${before} const start = performance.now(); require('${name}'); process.stdout.write(String(performance.now() - start));`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return median(Array.from({ length: 11 }, () => Number(execFileSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' }))));
}
