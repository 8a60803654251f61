import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { agentConfigFixtures } from '../../../schema/test/fixtures/agent-config.ts';
import type { ApiObject, Fixture } from '../../../schema/test/fixtures/fixture.ts';
import { taskFixtures } from '../../../schema/test/fixtures/task.ts';
import { taskStatusFixtures } from '../../../schema/test/fixtures/task-status.ts';
import { workspaceFixtures } from '../../../schema/test/fixtures/workspace.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { definitions, refusal, type Connect, type Connection } from './connection.ts';

const kinds: Record<string, readonly Fixture[]> = { Task: [...taskFixtures, ...taskStatusFixtures], Workspace: workspaceFixtures, AgentConfig: agentConfigFixtures };

/** What the server says in place of the schema's keyword. */
const REASONS: Record<string, string> = {
  required: 'FieldValueRequired', enum: 'FieldValueNotSupported', type: 'FieldValueTypeInvalid', duplicate: 'FieldValueDuplicate',
  maxLength: 'FieldValueTooLong', maxItems: 'FieldValueTooMany', maxProperties: 'FieldValueTooMany',
};

/** Every fixture of our own kinds is accepted, or refused in the field and for the reason it says, as its CRD wants it. */
export function kelosFixturesContract(connect: Connect): void {
  describe.each(Object.entries(kinds))('%s', (kind, fixtures) => {
    const resource: Resource = { group: 'kelos.dev', version: 'v1alpha2', kind, plural: `${kind.toLowerCase()}s`, namespaced: true };
    let connection: Connection;

    beforeAll(async () => {
      connection = await connect();
      const definition = parse(readFileSync(new URL(`../../../crds/${resource.plural}.yaml`, import.meta.url), 'utf8')) as KubeObject;
      await connection.client.apply(definitions, definition, { fieldManager: 'contract', force: true });
    });

    test.each(fixtures)('the server decides as the fixture says about $it', async (fixture) => {
      const { client } = connection;
      const namespace = await connection.namespace();
      const inNamespace = (object: ApiObject): KubeObject => ({ ...object, metadata: { ...object.metadata, namespace } });
      const write = async (): Promise<unknown> => {
        const object = inNamespace(fixture.object);
        const address = { namespace, name: object.metadata.name! };
        if (fixture.subresource !== undefined) {
          await client.create(resource, object);
          return client.patchMerge(resource, { ...address, subresource: 'status' }, { status: fixture.object.status });
        }
        if (fixture.before === undefined) return client.create(resource, object);
        const { metadata: { resourceVersion } } = await client.create(resource, inNamespace(fixture.before));
        return client.replace(resource, { ...object, metadata: { ...object.metadata, resourceVersion: resourceVersion! } });
      };
      if (fixture.valid) {
        await write();
        return;
      }
      const { code, details } = await refusal(write());
      expect(code).toBe(422);
      const reason = REASONS[fixture.rule] ?? 'FieldValueInvalid';
      expect(details?.causes?.filter((cause) => cause.reason === reason).map(({ field }) => field)).toContain(fixture.path);
    });
  });
}
