import { isNotFound, systemClock } from '@taskwright/runtime/kube';
import { type TaskSpawner, taskSpawnerResource } from '@taskwright/schema';
import { withConnection, type ConnectionOptions } from '../connection.ts';
import { CommandError, type Io } from '../io.ts';
import { setPause } from './pause.ts';

export interface ResumeOptions extends ConnectionOptions {
  readonly operatorNamespace: string;
}

/** `taskwright resume`: spawning goes on that was paused; with `taskspawner/<name>`, a spawner that the loop breaker stopped. */
export async function resume(asked: string | undefined, options: ResumeOptions, io: Io): Promise<void> {
  if (asked === undefined) {
    await setPause(options, null, io);
    return io.out('spawning goes on\n');
  }
  const name = /^taskspawners?\/([^/]+)$/i.exec(asked)?.[1];
  if (name === undefined) throw new CommandError(`got "${asked}"; write taskspawner/<name>, or nothing to let all spawning go on`, { exitCode: 2 });
  await withConnection(options, io, async ({ client, namespace }) => {
    try {
      const { status } = await client.get<TaskSpawner>(taskSpawnerResource, { namespace, name }, { signal: io.signal });
      const stopped = status?.conditions?.find(({ type, status: is }) => type === 'LoopDetected' && is === 'True');
      if (!stopped) return io.out(`TaskSpawner ${namespace}/${name} was not stopped; see what it waits for: taskwright explain taskspawner/${name}\n`);
      // Whichever is later: the clock here may be behind that of the cluster.
      const at = new Date(Math.max(systemClock.now().getTime(), Date.parse(stopped.lastTransitionTime) + 1_000)).toISOString();
      await client.patchMerge(taskSpawnerResource, { namespace, name }, { metadata: { annotations: { 'taskwright.dev/resumed-at': at } } }, { signal: io.signal });
      io.out(`TaskSpawner ${namespace}/${name} goes on\n`);
    } catch (cause) {
      if (!isNotFound(cause)) throw cause;
      throw new CommandError(`no TaskSpawner "${name}" in namespace "${namespace}"; list them with "taskwright get taskspawners", or name another namespace with -n`, { cause });
    }
  });
}
