import type { KubeObject } from '../../src/kube/object.ts';
import { definitions, type Connection } from './connection.ts';
import { until } from './until.ts';

interface CustomResourceDefinition extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Defines the kind, unless an earlier test did, and waits until it is served. */
export async function defineKind(connection: Connection, definition: KubeObject): Promise<void> {
  const { client } = connection;
  await client.apply(definitions, definition, { fieldManager: 'contract', force: true });
  const established = await until(connection, async () => {
    const { status } = await client.get<CustomResourceDefinition>(definitions, { name: definition.metadata.name! });
    return status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') ?? false;
  });
  if (!established) throw new Error(`the CustomResourceDefinition ${definition.metadata.name} is not established`);
}
