import { isNotFound, type KubeClient, type KubeObject, pathOf, type Resource } from '@taskwright/runtime/kube';
import { stringify } from 'yaml';
import { withConnection, type ConnectionOptions } from '../connection.ts';
import { resourceNamed } from '../discovery.ts';
import { CommandError, type Io } from '../io.ts';
import { table } from '../terminal.ts';

export interface GetOptions extends ConnectionOptions {
  readonly output: string;
  readonly allNamespaces?: boolean;
}

/** A Table, as the API server prints objects for people: the columns are those of the CRD. */
interface ServerTable {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority?: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: KubeObject }[];
}

const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1';

/** `taskwright get [kind] [name]`: objects as a table, or whole as JSON or YAML. */
export async function get(kind: string, name: string | undefined, options: GetOptions, io: Io): Promise<void> {
  if (!['table', 'wide', 'json', 'yaml'].includes(options.output)) {
    throw new CommandError(`--output: got "${options.output}"; allowed are table, wide, json and yaml`, { exitCode: 2 });
  }
  await withConnection(options, io, async ({ client, namespace: chosen }) => {
    const resource = await resourceNamed(client, kind);
    const namespace = resource.namespaced && !options.allNamespaces ? chosen : undefined;
    const fetch = (accept: string) => fetchJson(client, resource, { namespace, name }, accept, io.signal);
    switch (options.output) {
      case 'json':
        return io.out(`${JSON.stringify(forPeople(await fetch('application/json')), undefined, 2)}\n`);
      case 'yaml':
        return io.out(stringify(forPeople(await fetch('application/json'))));
      default:
        return io.out(printed(await fetch(TABLE), resource, namespace, options.output === 'wide'));
    }
  });
}

interface Address {
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

async function fetchJson(client: KubeClient, resource: Resource, { namespace, name }: Address, accept: string, signal: AbortSignal) {
  try {
    const path = pathOf(resource, { namespace, name });
    return JSON.parse((await client.send({ method: 'GET', path, headers: { accept }, signal })).body.toString());
  } catch (cause) {
    if (name === undefined || !isNotFound(cause)) throw cause;
    const place = namespace === undefined ? '' : ` in namespace "${namespace}"`;
    throw new CommandError(`no ${resource.kind} "${name}"${place}; list them with "taskwright get ${resource.plural}"`, { cause });
  }
}

/** Which manager owns which field is for programs, and longer than the object. kubectl hides it too. */
function forPeople(answer: KubeObject | { readonly items: readonly KubeObject[] }): object {
  if ('items' in answer) return { ...answer, items: answer.items.map(forPeople) };
  const { managedFields: _, ...metadata } = answer.metadata;
  return { ...answer, metadata };
}

function printed({ columnDefinitions, rows }: ServerTable, resource: Resource, namespace: string | undefined, wide: boolean): string {
  if (rows.length === 0) return `no ${resource.plural} in ${namespace === undefined ? 'any namespace' : `namespace "${namespace}"`}\n`;
  const shown = columnDefinitions.flatMap(({ priority = 0 }, index) => (wide || priority === 0 ? [index] : []));
  const withNamespace = resource.namespaced && namespace === undefined;
  return table(
    [...(withNamespace ? ['NAMESPACE'] : []), ...shown.map((index) => columnDefinitions[index]!.name.toUpperCase())],
    rows.map(({ cells, object }) => [
      ...(withNamespace ? [object.metadata.namespace ?? ''] : []),
      ...shown.map((index) => cellText(cells[index])),
    ]),
  );
}

function cellText(cell: unknown): string {
  if (cell === undefined || cell === null || cell === '') return '<none>';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}
