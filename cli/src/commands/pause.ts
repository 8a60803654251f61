import { isNotFound } from '@taskwright/runtime/kube';
import { PAUSE_ANNOTATION } from '@taskwright/schema';
import { deploymentResource } from '@taskwright/schema/kubernetes';
import { type Connection, withConnection, type ConnectionOptions } from '../connection.ts';
import { CommandError, type Io } from '../io.ts';

export interface PauseOptions extends Omit<ConnectionOptions, 'namespace'> {
  readonly operatorNamespace: string;
  readonly reason: string;
}

/** The Deployment that `new Taskwright(…)` makes. */
const OPERATOR = 'taskwright-operator';

/** `taskwright pause`: no TaskSpawner of the install makes a Task, and none of their Tasks starts, until `taskwright resume`. */
export async function pause({ reason, ...options }: PauseOptions, io: Io): Promise<void> {
  if (reason.trim() === '') throw new CommandError('--reason: is empty; say why, for those who wonder', { exitCode: 2 });
  await setPause(options, reason, io);
  io.out('spawning is paused; agents that are at work go on. Let it go on with: taskwright resume\n');
}

/** Writes the reason on the operator, or takes it away. */
export async function setPause({ operatorNamespace: namespace, ...options }: Omit<PauseOptions, 'reason'>, reason: string | null, io: Io): Promise<void> {
  await withConnection(options, io, async ({ client, where }: Connection) => {
    try {
      await client.patchMerge(deploymentResource, { namespace, name: OPERATOR }, { metadata: { annotations: { [PAUSE_ANNOTATION]: reason } } }, { signal: io.signal });
    } catch (cause) {
      if (!isNotFound(cause)) throw cause;
      throw new CommandError(`${where}: no Deployment "${OPERATOR}" in namespace "${namespace}"; name the namespace of the operator with --operator-namespace`, { cause });
    }
  });
}
