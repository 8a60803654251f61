import { isNotFound } from '@taskwright/runtime/kube';
import { type Task, taskResource } from '@taskwright/schema';
import { withConnection, type ConnectionOptions } from '../connection.ts';
import { CommandError, type Io } from '../io.ts';
import { harmless } from '../terminal.ts';

export interface LogsOptions extends ConnectionOptions {
  readonly follow?: boolean;
  readonly container: string;
}

/** `taskwright logs <task>`: what the agent of a Task printed. */
export async function logs(name: string, options: LogsOptions, io: Io): Promise<void> {
  await withConnection(options, io, async ({ client, namespace }) => {
    try {
      const { status } = await client.get<Task>(taskResource, { namespace, name }, { signal: io.signal });
      const pod = status?.podName;
      if (!pod) {
        const why = status?.message ? `: ${status.message}` : '';
        throw new CommandError(`Task ${namespace}/${name} has no Pod (${status?.phase ?? 'not seen by the operator yet'}${why}); see "taskwright get task ${name} -o yaml"`);
      }
      const decoder = new TextDecoder();
      for await (const chunk of client.logs({ namespace, name: pod, container: options.container, follow: options.follow ?? false }, io.signal)) {
        const text = decoder.decode(chunk, { stream: true });
        io.out(io.isTerminal ? harmless(text) : text);
      }
    } catch (cause) {
      if (!isNotFound(cause)) throw cause;
      throw new CommandError(`no Task "${name}" in namespace "${namespace}", or its Pod is gone; list them with "taskwright get"`, { cause });
    }
  });
}
