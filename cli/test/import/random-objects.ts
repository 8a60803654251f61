import { kinds, rootSchema, storedVersion, type StructuralSchema } from '@taskwright/schema';
import fc, { type Arbitrary } from 'fast-check';
import type { ImportedObject } from '../../src/import/manifest.ts';

/** Texts that printers and parsers of YAML and TypeScript get wrong. */
const ODD_TEXTS = [
  '', ' ', 'yes', 'null', '~', '1e3', '0o17', '12:30:00', '2026-01-01', '- a', '# b', '{{.Deps}}', '${x}', '`', '\\', '\\n', "'", '"', 'a\nb', 'a\n\nb\n', '\n', ' a\n b', 'a \nb\t\n',
  'a\r\nb', '\u2028', '\u0000', '\u001b[0m', '\ufeff', 'é🙂', '*/', '//', '*a', '&a', '!a', '%', '@', '---', '...', '<<', '=', '0x1f', '.5', '+1', '1_000', 'NaN', '.inf',
];

const NAMES = ['a', 'b', 'app', 'class', 'review-cart', 'review-search', '1st', 'x.y'];
const NAMESPACES = [undefined, 'dev', 'fleet'];

const text = (): Arbitrary<string> => fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.constantFrom('shop', 'main', 'https://github.com/acme/shop.git', 'registry.example.com/agents/claude:2'), fc.string({ unit: 'binary', maxLength: 12 }).filter((each) => each.isWellFormed()));
const key = (): Arbitrary<string> => fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ maxLength: 5 })).filter((name) => !['__proto__', 'constructor', '<<'].includes(name));

/** Objects of any kinds, alone and in groups that are alike, no two of the same kind, namespace and name, and no Tasks that wait for each other. */
export function manyObjects(): Arbitrary<ImportedObject[]> {
  const object = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...kinds).chain(objectOf) }, { weight: 1, arbitrary: otherObject() }, { weight: 1, arbitrary: spawner() });
  return fc.tuple(unlike(object), fc.array(family(object), { maxLength: 2 })).map(([alone, families]) => withoutCircles(unique([...alone, ...families.flat()])));
}

function unlike(object: Arbitrary<ImportedObject>): Arbitrary<ImportedObject[]> {
  return fc.array(object, { minLength: 1, maxLength: 6 });
}

/** Groups of objects that differ in a word, as those that somebody copied. */
function family(object: Arbitrary<ImportedObject>): Arbitrary<ImportedObject[]> {
  const copies = fc.uniqueArray(fc.constantFrom('cart', 'search', 'x', 'review-cart', 'a-b'), { minLength: 2, maxLength: 4 });
  return fc.tuple(fc.array(object, { minLength: 1, maxLength: 3 }), copies).map(([group, words]) => words.flatMap((word) => group.map(({ metadata: own, ...rest }) => ({
    ...JSON.parse(JSON.stringify(rest, (_, value: unknown) => (value === 'a' ? word : value === 'app' ? `the ${word}, ${word}` : value))) as Omit<ImportedObject, 'metadata'>,
    metadata: { ...own, name: `${own.name}-${word}` },
  }))));
}

function unique(objects: readonly ImportedObject[]): ImportedObject[] {
  return [...new Map(objects.map((object) => [`${object.kind}/${object.metadata.namespace}/${object.metadata.name}`, object])).values()];
}

function objectOf(kind: (typeof kinds)[number]): Arbitrary<ImportedObject> {
  const version = storedVersion(kind.versions);
  const { spec } = rootSchema(kind.kind, kind.description, version).properties!;
  return fc.record({ metadata: metadata(), spec: valueOf(spec!, 0) }).map((parts) => ({ apiVersion: `${kind.group}/${version.name}`, kind: kind.kind, ...parts }));
}

function otherObject(): Arbitrary<ImportedObject> {
  return fc.record({ metadata: metadata(), data: fc.dictionary(key(), fc.oneof(text(), fc.integer(), fc.boolean(), number(), fc.array(text(), { maxLength: 3 })), { maxKeys: 4 }) })
    .map((parts) => ({ apiVersion: 'example.com/v1', kind: 'Thing', ...parts }));
}

/** Sources that have the variables below, and then some that have others. */
const WHEN: readonly object[] = [
  { githubIssues: { labels: ['a'] } }, { githubIssues: { pollInterval: '5m' } }, { githubPullRequests: {} }, { githubWebhook: { events: ['issues'] } },
  { gitlabIssues: { project: 'acme/shop' } }, { gitlabMergeRequests: { pipelineStatus: 'failed' } }, { giteaIssues: { baseUrl: 'https://codeberg.org' } }, { giteaPullRequests: {} },
  { jira: { baseUrl: 'https://acme.atlassian.net', project: 'A', secretRef: { name: 'jira' } } }, { slack: {} }, { cron: { schedule: '0 2 * * *' } },
  { webhook: { source: 'app', fieldMapping: { 'id': '$.id', 'title': '$.app', 'a-b': '$.a' } } },
];
const PIECES = ['{{.ID}}', '{{.Number}}', '{{.Title}}', '{{ .Title }}', '{{.Body}}', '{{if .Title}}', '{{end}}', '{{index . "a-b"}}', '{', '}', '$', '${', '`', '\\', '\n', ' ', 'app', 'Fix it: ', 'é'];

/** What a person may have written: most of them are constructs that read their triggers. */
function spawner(): Arbitrary<ImportedObject> {
  const template = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));
  const worker = { type: 'codex', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } };
  return fc.record({ metadata: metadata(), when: fc.constantFrom(...WHEN), promptTemplate: template, annotations: fc.option(fc.dictionary(fc.constantFrom('a', 'b'), template, { maxKeys: 2 }), { nil: undefined }) })
    .map(({ metadata: { labels: _, ...own }, when, promptTemplate, annotations }) => ({
      apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', metadata: own as ImportedObject['metadata'], spec: { when, taskTemplate: { worker, promptTemplate, ...annotations && { metadata: { annotations } } } },
    }));
}

/** Whole numbers beyond those that JavaScript keeps are refused. */
function number(): Arbitrary<number> {
  return fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value));
}

function metadata(): Arbitrary<ImportedObject['metadata']> {
  return fc.record({ name: fc.constantFrom(...NAMES), namespace: fc.constantFrom(...NAMESPACES), labels: fc.option(fc.dictionary(key(), text(), { maxKeys: 2 }), { nil: undefined }) })
    .map(({ name, namespace, labels }) => ({ name, ...namespace !== undefined && { namespace }, ...labels && { labels } }));
}

/** A value of the schema's structure: types and words are right, bounds and rules need not hold. Deep down only what is required is there. */
function valueOf(schema: StructuralSchema, depth: number): Arbitrary<unknown> {
  if (schema['x-kubernetes-int-or-string']) return schema.title === 'Quantity' ? fc.constantFrom('1', '500m', '2Gi', '2.5') : fc.oneof(fc.nat(), fc.constantFrom('http', '50%'));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'boolean': return fc.boolean();
    case 'integer': return fc.integer({ min: 0, max: 100_000 });
    case 'number': return number();
    case 'array': return fc.array(valueOf(schema.items!, depth + 1), { maxLength: 2 });
    case 'object': return schema.additionalProperties ? fc.dictionary(key(), valueOf(schema.additionalProperties, depth + 1), { maxKeys: 2 }) : record(schema, depth);
    default: return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: text() });
  }
}

function record({ properties = {}, required = [] }: StructuralSchema, depth: number): Arbitrary<unknown> {
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  return fc.subarray(optional, { maxLength: Math.max(0, Math.min(optional.length, 5 - depth)) }).chain((chosen) => (
    fc.record(Object.fromEntries([...required, ...chosen].map((name) => [name, valueOf(properties[name]!, depth + 1)])))
  ));
}

/** A Task may wait for those that come before it. */
function withoutCircles(objects: ImportedObject[]): ImportedObject[] {
  const isBefore = (one: unknown, two: string) => String(one) < two;
  return objects.map((object) => {
    const { dependsOn, ...spec } = (object.spec ?? {}) as { dependsOn?: unknown[] };
    return object.kind === 'Task' && dependsOn ? { ...object, spec: { ...spec, dependsOn: dependsOn.filter((name) => isBefore(name, object.metadata.name)) } } : object;
  });
}
