import { crdOf, type Kind, resourceOf } from '@taskwright/schema';
import { type ApiObject, type Fixture, fixtureSuites } from '@taskwright/schema/fixtures';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { type Connect, refusal } from './connection.ts';
import { defineKind } from './define-kind.ts';

/** How the server calls it when a keyword of the schema is broken. What is not listed is a rule of CEL. */
const REASONS: Record<string, string> = {
  required: 'FieldValueRequired',
  type: 'FieldValueTypeInvalid',
  enum: 'FieldValueNotSupported',
  pattern: 'FieldValueInvalid',
  minLength: 'FieldValueInvalid',
  maxLength: 'FieldValueTooLong',
  minimum: 'FieldValueInvalid',
  maximum: 'FieldValueInvalid',
  minItems: 'FieldValueInvalid',
  maxItems: 'FieldValueTooMany',
  minProperties: 'FieldValueInvalid',
  maxProperties: 'FieldValueTooMany',
  duplicate: 'FieldValueDuplicate',
};

/** Our own kinds: the server takes their CRDs, and judges every fixture as its author says. */
export function kindsContract(connect: Connect): void {
  describe.each(fixtureSuites)('$kind.kind $version', ({ kind: ours, version, fixtures }) => {
    const kind = version === undefined ? ours : alone(ours, version);
    const resource = resourceOf(kind);
    let place: Place;
    beforeAll(async () => {
      const connection = await connect();
      await defineKind(connection, crdOf(kind));
      place = { client: connection.client, namespace: await connection.namespace(), taken: 0 };
    });

    test.each(fixtures.filter(({ valid }) => valid))('accepts $it', async (fixture) => {
      const sent = await prepare(place, resource, fixture);
      await expect(sent()).resolves.toMatchObject({ kind: kind.kind });
    });

    test.each(fixtures.filter((fixture) => !fixture.valid))('refuses $it', async (fixture) => {
      const sent = await prepare(place, resource, fixture);
      const { code, reason, details } = await refusal(sent());
      expect([code, reason]).toEqual([422, 'Invalid']);
      expect(details?.causes).toContainEqual(expect.objectContaining(causeOf(fixture)));
    });
  });
}

/** A version that is not served yet, as if it were the only one: in a group of its own, so that it disturbs nobody. */
function alone(kind: Kind, version: string): Kind {
  const versions = kind.versions.filter(({ name }) => name === version).map((one) => ({ ...one, served: true, storage: true }));
  return { ...kind, group: `${version}.${kind.group}`, versions };
}

function causeOf({ path, rule }: Extract<Fixture, { valid: false }>): { reason: string; field: string; message?: string } {
  const reason = REASONS[rule];
  if (reason !== undefined) return { reason, field: path };
  return { reason: 'FieldValueInvalid', field: path || '<nil>', message: expect.stringContaining(rule) as string };
}

/** Where the objects of one kind go, each under a name of its own: a namespace for each would cost twice the time. */
interface Place {
  readonly client: KubeClient;
  readonly namespace: string;
  taken: number;
}

/** Brings the server to where the fixture begins; what it is about is sent by the function that is returned. */
async function prepare(place: Place, resource: Resource, { object, before, subresource }: Fixture): Promise<() => Promise<KubeObject>> {
  const { client, namespace } = place;
  const suffix = place.taken++;
  const placed = ({ metadata, ...rest }: ApiObject): KubeObject => ({ ...rest, apiVersion: `${resource.group}/${resource.version}`, metadata: { name: `${metadata.name}-${suffix}`, namespace } });
  const earlier = before ?? (subresource && object);
  if (!earlier) return () => client.create(resource, placed(object));
  const { metadata: { resourceVersion } } = await client.create(resource, placed(earlier));
  const { metadata, ...rest } = placed(object);
  return () => client.replace(resource, { ...rest, metadata: { ...metadata, resourceVersion } }, { subresource });
}
