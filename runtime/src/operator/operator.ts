import { KubeClient } from '../kube/client.ts';
import { type Clock, systemClock } from '../kube/clock.ts';
import { LeaderElector } from '../kube/lease.ts';
import type { Log } from '../kube/log.ts';
import { Manager } from '../kube/manager.ts';
import type { Transport } from '../kube/transport.ts';
import { fence } from '../kube/write-fence.ts';
import type { Images } from '../tasks/pod/image.ts';
import { taskCaches } from '../tasks/task-caches.ts';
import { taskController } from '../tasks/task-controller.ts';

export interface OperatorOptions {
  /** How to reach the API: sockets to a cluster, or the embedded engine. It is left open at the end. */
  readonly transport: Transport;
  readonly images: Images;
  /** Default: that of the machine. */
  readonly clock?: Clock;
  readonly log?: Log;
  /** Several processes elect one that works. Left out: this one works, always. */
  readonly leaderElection?: LeaderElection;
  /** The only namespaces that are watched. Default: all of them. */
  readonly namespaces?: readonly string[];
}

export interface LeaderElection {
  /** Where the Lease is. */
  readonly namespace: string;
  /** Who we are; no two processes may share it. */
  readonly identity: string;
}

export interface Operator {
  /** Resolves when the caches are full and, without an election, work has begun. Rejects when they do not fill. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when the process should end though nobody stopped it: it lost its lease. */
  readonly failed: Promise<Error>;
  readonly isReady: boolean;
  readonly isLeading: boolean;
  /** Lets runs end, then gives up the lease. */
  stop(): Promise<void>;
}

/** The name of the Lease, as the rights of the installed operator name it. */
const LEASE = 'taskwright-operator';

/** Starts every controller. The same in a cluster, on a laptop and in tests: all that differs is the transport, the clock and the images. */
export function startOperator({ transport, images, clock = systemClock, log, leaderElection, namespaces }: OperatorOptions): Operator {
  const options = { userAgent: 'taskwright-operator', clock };
  const onError = (err: unknown) => log?.warn({ err }, 'the API server could not be reached, or refused');
  // The elector itself must be able to write while it does not lead.
  const elector = leaderElection && new LeaderElector(new KubeClient(transport, options), { ...leaderElection, name: LEASE, clock, onError });
  const client = new KubeClient(elector ? fence(transport, () => elector.isLeading) : transport, options);

  const parts = (namespaces ?? [undefined]).map((namespace) => {
    const caches = taskCaches({ client, clock, onError, ...(namespace === undefined ? {} : { namespace }) });
    return { caches, tasks: taskController({ client, caches, clock, images, log }) };
  });
  const manager = new Manager({
    informers: parts.flatMap(({ caches }) => [caches.tasks, caches.jobs, caches.pods, caches.workspaces, caches.agentConfigs]),
    controllers: parts.map(({ tasks }) => tasks.controller),
    elector,
    clock,
    log,
  });

  return {
    ready: manager.ready,
    failed: manager.failed,
    get isReady() {
      return manager.isReady;
    },
    get isLeading() {
      return manager.isLeading;
    },
    async stop() {
      for (const { tasks } of parts) tasks.close();
      await manager.stop();
    },
  };
}
