import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { failover } from './operator/failover.ts';
import { floor } from './operator/floor.ts';
import { fill, footprint } from './operator/footprint.ts';
import { chainsOf, type Gate, onBranches, type ThroughGates, throughGates } from './operator/gates.ts';
import { lifeCycle } from './operator/life-cycle.ts';
import { burst, openLoop } from './operator/load.ts';
import { handOver, IN_A_ROW, inRowsOnABranch } from './operator/hand-over.ts';
import { joinNode } from './operator/node.ts';
import { alternate, alternateOn, compare, inNamespace, type Sides } from './operator/rounds.ts';
import { figure, median } from './figure.ts';
import { buildGoBaseline } from './go-baseline.ts';
import { goOperator, type OperatorSide, ourOperator } from './operator/side.ts';
import { besideABurst } from './operator/tenant.ts';
import { benchServer } from './server.ts';

/**
 * The operator as a process against the same logic in Go on controller-runtime, alternating, on one server.
 *
 *     node --conditions=taskwright-source bench/operator.ts [--kubeconfig FILE] [--only life-cycle,start,leader-stops,leader-killed,open-loop,footprint,burst,floor,gates,hand-over,tenant]
 *
 * Every round has a namespace of its own, which is the only one that its operator watches.
 */
const { values } = parseArgs({
  options: {
    'kubeconfig': { type: 'string' },
    'only': { type: 'string', default: 'life-cycle,start,leader-stops,leader-killed,open-loop,footprint,burst,floor,gates,hand-over,tenant' },
    'rounds': { type: 'string', default: '5' },
    'tasks': { type: 'string', default: '2000' },
    'rate': { type: 'string', default: '50' },
    'seconds': { type: 'string', default: '10' },
    'cached': { type: 'string', default: '10000' },
    'node-flags': { type: 'string', default: '' },
  },
});
const [rounds, tasks, rate, seconds, cached] = (['rounds', 'tasks', 'rate', 'seconds', 'cached'] as const).map((name) => Number(values[name])) as [number, number, number, number, number];
const only = new Set(values.only.split(','));

const binary = buildGoBaseline();
const ours = ourOperator(values['node-flags'].split(' ').filter((flag) => flag !== ''));
const sides: Sides = { ours, ...(binary ? { go: goOperator(binary) } : {}) };
const server = await benchServer(values.kubeconfig);
figure('operator', 'load of the machine before', loadavg()[0]!, 'processes');
const bench = { server, sides, rounds };
const leaveNode = await joinNode(server);
try {
  if (only.has('start')) {
    compare('start to ready', 'ms', await alternate(bench, async (side, namespace) => {
      const { program, readyAfterMs } = await side(server, { namespace });
      await program.end();
      return readyAfterMs;
    }));
  }
  if (only.has('burst')) {
    compare(`${tasks} Tasks at once, until each has a Job and a status`, 'Tasks/s', await alternate(bench, (side, namespace) => burst(server, side, namespace, tasks)));
  }
  if (only.has('floor')) {
    const { ours: bound } = await alternate({ ...bench, sides: { ours } }, (side, namespace) => floor(server, side, namespace, tasks));
    figure('operator', `${tasks} Tasks at once, the same writes with no operator between`, median(bound), 'Tasks/s');
  }
  if (only.has('gates')) {
    const { go } = sides;
    const gates: Record<string, { side: OperatorSide; count: number; gate: Gate }> = {
      'ours: 1000 Tasks on a branch each': { side: ours, count: 1_000, gate: onBranches(1_000) },
      'ours: 1000 Tasks as 200 chains of 5': { side: ours, count: 1_000, gate: chainsOf(5) },
      'ours: 500 Tasks on a branch each': { side: ours, count: 500, gate: onBranches(500) },
      'ours: 500 Tasks on 50 branches': { side: ours, count: 500, gate: onBranches(50) },
      ...(go && { 'Go, which knows no gates: 1000 Tasks': { side: go, count: 1_000, gate: onBranches(1_000) } }),
    };
    const runs: Record<string, ThroughGates[]> = {};
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, { side, count, gate }] of Object.entries(gates)) {
        (runs[name] ??= []).push(await inNamespace(server, (namespace) => throughGates(server, side, namespace, count, gate)));
      }
    }
    for (const [name, all] of Object.entries(runs)) {
      figure('operator', `${name}, create to Succeeded`, median(all.map(({ tasksPerSecond }) => tasksPerSecond)), 'Tasks/s');
      figure('operator', `${name}, requests to the server`, median(all.map(({ requestsPerTask }) => requestsPerTask)), 'a Task');
    }
  }
  if (only.has('hand-over')) {
    for (const [name, gate] of Object.entries({ 'that depends on it': chainsOf(IN_A_ROW), 'on its branch': inRowsOnABranch })) {
      const { ours: latencies } = await alternate({ ...bench, sides: { ours } }, (side, namespace) => handOver(server, side, namespace, { seconds, gate }));
      figure('operator', `ours: the Job of a Task has ended, until the next one ${name} has its Job, p50`, median(latencies.map(({ p50 }) => p50)), 'ms');
      figure('operator', `ours: the Job of a Task has ended, until the next one ${name} has its Job, p99`, median(latencies.map(({ p99 }) => p99)), 'ms');
    }
  }
  if (only.has('tenant')) {
    for (const atATime of [1, 8, 32]) {
      // The other side takes turns with nobody: where there is a backlog it has to be seen once.
      const latencies = await alternate(atATime < 32 ? { ...bench, sides: { ours } } : bench, (side, namespace) => besideABurst(server, side, namespace, { burst: 5_000, atATime }));
      const label = `one Task, create to Job, while another namespace submits 5000, ${atATime} at a time`;
      compare(`${label}, p50`, 'ms', latencies, ({ toJob }) => median(toJob));
      compare(`${label}, the longest of 20`, 'ms', latencies, ({ toJob }) => Math.max(...toJob));
      compare(`${label}, what the server takes for two such writes, p50`, 'ms', latencies, ({ twoWrites }) => median(twoWrites));
    }
  }
  if (only.has('open-loop')) {
    const latencies = await alternate(bench, (side, namespace) => openLoop(server, side, namespace, { rate, seconds }));
    compare(`${rate} Tasks/s for ${seconds} s, create to Job, p50`, 'ms', latencies, ({ p50 }) => p50);
    compare(`${rate} Tasks/s for ${seconds} s, create to Job, p99`, 'ms', latencies, ({ p99 }) => p99);
    compare(`${rate} Tasks/s for ${seconds} s, CPU of the operator per Task`, 'ms', latencies, ({ cpuMsPerTask }) => cpuMsPerTask);
  }
  if (only.has('life-cycle')) {
    for (const tellsCost of [false, true]) {
      const requests = await alternate(bench, (side, namespace) => lifeCycle(server, side, namespace, { tellsCost }));
      const whose = tellsCost ? 'Task that tells what it spent' : 'Task';
      compare(`requests per ${whose}, create to Succeeded, without events`, 'requests', requests, ({ perTask }) => perTask);
      compare(`events per ${whose}`, 'requests', requests, ({ eventsPerTask }) => eventsPerTask);
      compare('GETs in that time, watches included', 'requests', requests, ({ gets }) => gets);
    }
  }
  if (only.has('footprint')) {
    const costs = await inNamespace(server, async (namespace) => {
      await fill(server, ours, namespace, cached);
      return alternateOn(bench, (side) => footprint(server, side, namespace));
    });
    compare(`RSS with ${cached} Tasks, Jobs and Pods`, 'MB', costs, ({ rssMb }) => rssMb);
    compare('peak RSS until then', 'MB', costs, ({ peakRssMb }) => peakRssMb);
    compare(`start to ready with ${cached} Tasks, Jobs and Pods`, 'ms', costs, ({ readyAfterMs }) => readyAfterMs);
    compare('CPU when nothing happens', '% of a core', costs, ({ idlePercent }) => idlePercent);
  }
  if (only.has('leader-stops')) {
    compare('the leader is asked to stop, until the next one makes a Job', 'ms', await alternate(bench, (side, namespace) => failover(server, side, namespace, 'SIGTERM')));
  }
  if (only.has('leader-killed')) {
    compare('the leader is killed, until the next one makes a Job', 'ms', await alternate(bench, (side, namespace) => failover(server, side, namespace, 'SIGKILL')));
  }
} finally {
  leaveNode();
  await server.close();
}
