import { crdOf, kinds, resourceOf, type StructuralSchema } from '@taskwright/schema';
import { beforeAll, describe, expect, test } from 'vitest';
import { ApiError } from '../../src/kube/api-error.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { type Variant, valueOf } from '../fields/field-value.ts';
import { type Field, fieldsOf, spelled, withDefaults, withField, withoutField } from '../fields/schema-field.ts';
import { NOT_WALKED, schemaOf, type WalkedKind, walkedKinds } from '../fields/walked-kinds.ts';
import type { Connect, Connection } from './connection.ts';
import { defineKind } from './define-kind.ts';

type Part = 'spec' | 'status';
type Content = Partial<Record<Part, unknown>>;
type Stored = KubeObject & Content;

/** What nobody may take back once it is there: this rule of the schema says so, of the whole spec. */
const FROZEN: Readonly<Record<string, string>> = {
  Task: 'spec is immutable after creation',
  TaskRecord: 'spec is immutable after creation',
};

/** Fields that may be left out, but not of an object that has what the walk gives it. */
const NEEDED: Readonly<Record<string, string>> = {
  'AgentConfig spec.mcpServers[].command': 'command is required when type is stdio',
};

interface Walk extends Connection {
  readonly schema: StructuralSchema;
  /** Brings a part of an object to this content, in a way of its own. */
  readonly write: (from: Stored, content: Content) => Promise<Stored>;
  readonly create: (name: string, content: Content) => Promise<Stored>;
}

type Way = (walk: Connection & { kind: WalkedKind['kind']; part: Part }) => Walk['write'];

const WALKER = 'walker';

const WAYS: Readonly<Record<string, Way>> = {
  'an update': ({ client, kind, part }) => (from, content) => (
    client.replace(resourceOf(kind), { ...without(from, part), ...content }, at(part))),
  'a merge patch': ({ client, kind, part }) => (from, content) => (
    client.patchMerge(resourceOf(kind), { ...addressOf(from), ...at(part) }, mergePatch({ [part]: from[part] }, content))),
  'server-side apply': ({ client, kind, part }) => ({ metadata: { name, namespace } }, content) => (
    client.apply(resourceOf(kind), { metadata: { name: name!, namespace: namespace! }, ...content }, { fieldManager: WALKER, force: true, ...at(part) })),
};

/** Every field of our kinds, as the schemas have them: set, changed, left out and set again. */
export function fieldsContract(connect: Connect): void {
  test('every kind of ours is walked, unless no controller reads it', () => {
    expect([...walkedKinds.map(({ kind }) => kind.kind), ...NOT_WALKED]).toEqual(kinds.map(({ kind }) => kind));
  });

  const walks = walkedKinds.flatMap(({ kind, specs }) => {
    const parts: Part[] = Object.keys(schemaOf(kind).properties ?? {}).filter((name): name is Part => name === 'spec' || name === 'status');
    return parts.map((part) => ({ of: `${part} of ${kind.kind}`, kind, specs, part }));
  });

  describe.each(walks)('$of', ({ kind, specs, part }) => {
    const schema = schemaOf(kind);
    const fields = fieldsOf(schema, part);
    let connection: Connection;
    beforeAll(async () => {
      connection = await connect();
      await defineKind(connection, crdOf(kind));
    });

    /** With a status, the spec beside it is what an object of the kind has. */
    const scenes = (field: Field, variant: Variant) => specs.map((spec) => withField(schema, part === 'spec' ? { spec } : { spec, status: {} }, field.path, valueOf(field.schema, variant)) as Content);

    test('every field is stored as the schema says', async () => {
      const namespace = await connection.namespace();
      const problems = await Promise.all(fields.map(async (field, index) => problemWith(field, async () => {
        const stored = await firstAccepted(scenes(field, 'A'), (content) => setPart(connection, { kind, part, name: `f-${index}`, namespace, content, dryRun: field.isRepeated }));
        expect(stored.object[part]).toEqual((withDefaults(schema, stored.content) as Content)[part]);
      })));
      expect(problems.flat()).toEqual([]);
    });

    test.each(Object.entries(WAYS))('by %s, A to B to A ends as A, and what is left out is absent or its default', async (_, way) => {
      const namespace = await connection.namespace();
      const write = way({ ...connection, kind, part });
      const refused: string[] = [];
      const problems = await Promise.all(fields.filter(({ isRepeated }) => !isRepeated).map(async (field, index) => problemWith(field, async () => {
        const name = `w-${index}`;
        const { object: first, content: a } = await firstAccepted(scenes(field, 'A'), (content) => (
          way === WAYS['server-side apply'] ? applied(connection, { kind, part, name, namespace, content }) : setPart(connection, { kind, part, name, namespace, content })));
        const b = withField(schema, a, field.path, valueOf(field.schema, 'B')) as Content;
        const absent = withoutField(a, field.path) as Content;
        let now = first;
        for (const [what, to] of [['changed', b], ['left out', absent]] as const) {
          const verdict = await write(now, only(part, to)).then((object) => ({ object }), refusalOf);
          if ('causes' in verdict) {
            const expected = expectedRefusal(kind.kind, field, part, what, a, b);
            if (!expected || !verdict.causes.some((cause) => cause.includes(expected))) refused.push(`${spelled(field)} ${what}: ${verdict.causes.join('; ')}`);
          } else {
            if (expectedRefusal(kind.kind, field, part, what, a, b)) refused.push(`${spelled(field)} ${what}: was accepted`);
            expect(verdict.object[part]).toEqual((withDefaults(schema, to) as Content)[part]);
            now = verdict.object;
          }
          now = await write(now, only(part, a));
          expect(settled(now)).toEqual(settled(first));
        }
      })));
      expect([...problems.flat(), ...refused]).toEqual([]);
    });
  });
}

/** Why the server has to refuse it, if it has to. An apply needs the keys of a list before anything is looked at. */
function expectedRefusal(kind: string, field: Field, part: Part, what: 'changed' | 'left out', a: Content, b: Content): string | undefined {
  if (what === 'left out' && field.isRequired) return 'Required value';
  const frozen = part === 'spec' ? FROZEN[kind] : undefined;
  if (frozen) return what === 'changed' && JSON.stringify(a) === JSON.stringify(b) ? undefined : frozen;
  return what === 'left out' ? NEEDED[`${kind} ${spelled(field)}`] : undefined;
}

async function problemWith(field: Field, work: () => Promise<void>): Promise<string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    return [`${spelled(field)}: ${(error as Error).message}`];
  }
}

async function firstAccepted(contents: readonly Content[], send: (content: Content) => Promise<Stored>): Promise<{ object: Stored; content: Content }> {
  let refusal: unknown;
  for (const content of contents) {
    try {
      return { object: await send(content), content };
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 422)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

interface Setting {
  readonly kind: WalkedKind['kind'];
  readonly part: Part;
  readonly name: string;
  readonly namespace: string;
  readonly content: Content;
  readonly dryRun?: boolean;
}

/** Creates the object; its status is written to the subresource, since a create drops it. */
async function setPart({ client }: Connection, { kind, part, name, namespace, content, dryRun }: Setting): Promise<Stored> {
  const resource = resourceOf(kind);
  const created = await client.create<Stored>(resource, { metadata: { name, namespace }, ...only('spec', content) } as KubeObject, { dryRun: dryRun && part === 'spec' });
  return part === 'spec' ? created : client.replace<Stored>(resource, { ...created, ...only(part, content) }, at(part));
}

async function applied({ client }: Connection, { kind, part, name, namespace, content }: Setting): Promise<Stored> {
  const resource = resourceOf(kind);
  const metadata = { name, namespace };
  const created = await client.apply<Stored>(resource, { metadata, ...only('spec', content) } as KubeObject, { fieldManager: WALKER });
  return part === 'spec' ? created : client.apply<Stored>(resource, { metadata, ...only(part, content) } as KubeObject, { fieldManager: WALKER, ...at(part) });
}

function refusalOf(error: unknown): { causes: string[] } {
  if (!(error instanceof ApiError)) throw error;
  if (error.message.includes('omits all key fields')) return { causes: ['Required value'] };
  if (error.code !== 422) throw error;
  return { causes: (error.status as { details?: { causes?: { message?: string }[] } }).details?.causes?.map(({ message = '' }) => message) ?? [error.message] };
}

/** RFC 7386: what makes one of the other. */
function mergePatch(from: unknown, to: unknown): object {
  const [before, after] = [from, to] as Record<string, unknown>[];
  const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const names = [...new Set([...Object.keys(before!), ...Object.keys(after!)])];
  return Object.fromEntries(names.map((name) => {
    const [old, next] = [before![name], after![name]];
    return [name, next === undefined ? null : isMap(old) && isMap(next) ? mergePatch(old, next) : next];
  }));
}

function settled({ metadata, ...rest }: Stored): unknown {
  const { resourceVersion: _version, generation: _generation, managedFields: _managed, ...stays } = metadata;
  return { ...rest, metadata: stays };
}

function only(part: Part, content: Content): Content {
  return part in content ? { [part]: content[part] } : {};
}

function without(object: Stored, part: Part): Stored {
  const { [part]: _, ...others } = object;
  return others as Stored;
}

function addressOf({ metadata: { namespace, name } }: Stored): { namespace: string; name: string } {
  return { namespace: namespace!, name: name! };
}

function at(part: Part): { subresource?: 'status' } {
  return part === 'status' ? { subresource: 'status' } : {};
}
