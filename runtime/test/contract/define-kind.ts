import type { KubeObject } from '../../src/kube/object.ts';
import { definitions, type Connection } from './connection.ts';

interface CustomResourceDefinition extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Asks that are plenty for a real server, which takes some milliseconds to serve a new kind. */
const MAX_ASKS = 100;

/** Defines the kind, unless an earlier test did, and waits until it is served. */
export async function defineKind({ client }: Connection, definition: KubeObject): Promise<void> {
  await client.apply(definitions, definition, { fieldManager: 'contract', force: true });
  for (let asks = 0; asks < MAX_ASKS; asks++) {
    const { status } = await client.get<CustomResourceDefinition>(definitions, { name: definition.metadata.name! });
    if (status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True')) return;
  }
  throw new Error(`the CustomResourceDefinition ${definition.metadata.name} is not established`);
}
