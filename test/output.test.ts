import { type Chart } from 'cdk8s';
import { CodingAgent, Credentials, Output, SecretRef, Task, WorkerPool } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

const claude = CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) });
const OUTPUT_SCHEMA = 'taskwright.dev/output-schema';

/** A Task with these outputs, as it is in the cluster. */
const planned = (schema: object, annotations = {}) => ({
  apiVersion: 'kelos.dev/v1alpha2',
  kind: 'Task',
  metadata: { name: 'plan', annotations: { ...annotations, [OUTPUT_SCHEMA]: JSON.stringify(schema) } },
  spec: { prompt: 'Plan it.', worker: { type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: 'claude' } } } },
});
const plan = (chart: Chart, outputs: { [name: string]: Output }) => new Task(chart, 'plan', { metadata: { name: 'plan' }, agent: claude, prompt: 'Plan it.', outputs });

describe('an output', () => {
  test.each<[string, Output, object]>([
    ['a text', Output.text(), { type: 'string', minLength: 1 }],
    ['a text with all that it may say', Output.text({ minLength: 0, maxLength: 9, pattern: '^[a-z]*$', description: 'A word' }), { type: 'string', minLength: 0, maxLength: 9, pattern: '^[a-z]*$', description: 'A word' }],
    ['a number', Output.number({ minimum: 0.5, maximum: 2 }), { type: 'number', minimum: 0.5, maximum: 2 }],
    ['a whole number', Output.integer({ description: 'How many' }), { type: 'integer', description: 'How many' }],
    ['a boolean', Output.boolean(), { type: 'boolean' }],
    ['a list of texts', Output.list(), { type: 'array', items: { type: 'string', minLength: 1 } }],
    ['a list of something else', Output.list({ of: Output.integer(), minItems: 1, maxItems: 3 }), { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 }],
    ['an object', Output.object({ file: Output.text(), why: Output.text({ optional: true }) }), { type: 'object', properties: { file: { type: 'string', minLength: 1 }, why: { type: 'string', minLength: 1 } }, required: ['file'], additionalProperties: false }],
    ['an object that may be empty', Output.object({ why: Output.boolean({ optional: true }) }), { type: 'object', properties: { why: { type: 'boolean' } }, additionalProperties: false }],
    ['one of some texts', Output.oneOf(['low', 'high'], { description: 'How bad' }), { enum: ['low', 'high'], description: 'How bad' }],
    ['a schema', Output.schema({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: ['string', 'null'], description: 'old' }, { description: 'new' }), { type: ['string', 'null'], description: 'new' }],
  ])('%s is this schema', (_, output, schema) => {
    expectSynth((chart) => plan(chart, { it: output }), [planned({ type: 'object', properties: { it: schema }, required: ['it'], additionalProperties: false })]);
  });

  test('that is optional is not required, and references of its schema lead to where it is', () => {
    const step = { $ref: '#/$defs/step', default: { $ref: '#/$defs/step' } };
    const own = Output.schema({ $defs: { step: { type: 'string' }, properties: { const: 1 } }, items: step, properties: { const: step } }, { optional: true });
    const there = (at: string) => {
      const moved = { $ref: `#/properties/${at}/$defs/step`, default: { $ref: '#/$defs/step' } };
      return { $defs: { step: { type: 'string' }, properties: { const: 1 } }, items: moved, properties: { const: moved } };
    };
    expectSynth((chart) => plan(chart, { tree: own, trees: Output.list({ of: own, optional: true }) }), [
      planned({ type: 'object', properties: { tree: there('tree'), trees: { type: 'array', items: there('trees/items') } }, additionalProperties: false }),
    ]);
  });
});

describe('the outputs of a Task', () => {
  test('leave a Task without them as it was, and annotations of its own where they are', () => {
    const { metadata: { annotations: _, ...metadata }, ...rest } = planned({});
    expectSynth((chart) => plan(chart, {}), [{ ...rest, metadata }]);
    expectSynth((chart) => new Task(chart, 'plan', { metadata: { name: 'plan', annotations: { team: 'shop' } }, agent: claude, prompt: 'Plan it.', outputs: { risky: Output.boolean() } }), [
      planned({ type: 'object', properties: { risky: { type: 'boolean' } }, required: ['risky'], additionalProperties: false }, { team: 'shop' }),
    ]);
  });

  test.each<[string, { [name: string]: Output }, string[]]>([
    ['names', { 'branch': Output.text(), 'taskwright-x': Output.text(), '2nd': Output.text(), 'a b': Output.text() }, [
      'outputs.branch: is a reserved name, got "branch"; base-branch, branch, commit, cost-usd, input-tokens, output-tokens, pr or response and names that begin with taskwright- are results of every agent; rename yours',
      'outputs.taskwright-x: is a reserved name, got "taskwright-x"; base-branch, branch, commit, cost-usd, input-tokens, output-tokens, pr or response and names that begin with taskwright- are results of every agent; rename yours',
      'outputs.2nd: is not a usable name, got "2nd"; it has to be of at most 63 letters, digits, _ and -, beginning with a letter or _',
      'outputs.a b: is not a usable name, got "a b"; it has to be of at most 63 letters, digits, _ and -, beginning with a letter or _',
    ]],
    ['bounds', { steps: Output.list({ minItems: -1, of: Output.text({ pattern: '(?=a)' }) }), odd: Output.number({ minimum: NaN }) }, [
      'outputs.steps.items.pattern: does not have the right form, got "(?=a)"; it has to be a regular expression of RE2; it knows no (?=…), (?!…), (?<=…) or (?<!…)',
      'outputs.steps.minItems: is not a schema that outputs can be checked by, got -1; it has to be a whole number, 0 or more',
      'outputs.odd.minimum: is not a schema that outputs can be checked by, got nothing; it has to be a number',
    ]],
    ['a schema', { it: Output.schema({ $schema: 'http://json-schema.org/draft-07/schema#', typ: 'string', $ref: 'https://example.com/x' }) }, [
      'outputs.it.$schema: is not a known field; it is no keyword of JSON Schema that outputs are checked by; leave it out, or say it in the description',
      'outputs.it.typ: is not a known field; it is no keyword of JSON Schema that outputs are checked by; did you mean type?',
      'outputs.it.$ref: is not a schema that outputs can be checked by, got "https://example.com/x"; a reference leads to a place in the same schema, such as #/$defs/step',
    ]],
    ['words', { level: Output.oneOf([]) }, ['outputs.level.enum: is not a schema that outputs can be checked by, got an empty list; it has to be a list, with one value at least']],
    ['what no factory made', { steps: 'list' as never, nested: Output.object({ it: Output.list({ of: {} as never }) }) }, [
      'outputs.steps: has the wrong type, got a string; pass Output.text() or another',
      'outputs.nested.it.of: has the wrong type, got an object; pass Output.text() or another',
    ]],
    ['what is no schema', { it: Output.schema('string' as never), that: Output.schema(undefined as never) }, [
      'outputs.it: has the wrong type, got a string; it has to be a JSON Schema, which is an object',
      'outputs.that: has the wrong type, got nothing; it has to be a JSON Schema, which is an object',
    ]],
    ['what is no set of outputs', [Output.text()] as never, ['outputs: has the wrong type, got a list; it has to be an object, with an Output for each name']],
    ['too much', { it: Output.oneOf(['x'.repeat(33_000)]) }, ['outputs: is too big, got a schema of 33098 bytes; at most 32768']],
    ['too many', Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`o${index}`, Output.boolean()])), ['outputs: has too many items, got 65; at most 64']],
  ])('are refused for %s', (_, outputs, refused) => {
    expectSynth((chart) => plan(chart, outputs), { refused: refused.map((line) => `[fleet/plan] ${line}`) });
  });

  test('do not go with a pool, nor with an annotation that says the same', () => {
    expectSynth((chart) => {
      new Task(chart, 'a', { agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm')), prompt: 'A.', outputs: { risky: Output.boolean() } });
      new Task(chart, 'b', { metadata: { annotations: { [OUTPUT_SCHEMA]: '{}' } }, agent: claude, prompt: 'B.', outputs: { risky: Output.boolean() } });
    }, {
      refused: [
        '[fleet/a] outputs: does not go together with a worker pool; leave it out, or pass an agent that gets a Pod of its own',
        '[fleet/b] outputs: says the same thing twice; annotation taskwright.dev/output-schema is set too; keep one of them',
      ],
    });
  });
});

describe('a result', () => {
  const outputs = { 'steps': Output.list(), 'is-risky': Output.boolean(), 'note': Output.text({ optional: true }) };
  const planCalled = (chart: Chart, name: string) => new Task(chart, name, { metadata: { name }, agent: claude, prompt: 'Plan it.', outputs });

  test.each([
    ['plan', 'steps', '{{.Deps.plan.Results.steps}}'],
    ['task-a', 'steps', '{{(index .Deps "task-a").Results.steps}}'],
    ['plan', 'is-risky', '{{index .Deps "plan" "Results" "is-risky"}}'],
    ['plan', 'note', '{{index .Deps "plan" "Results" "note"}}'],
    ['plan', 'commit', '{{index .Deps "plan" "Results" "commit"}}'],
  ])('of %s called %s is read as a template reads it', (task, name, expression) => {
    let read: string | undefined;
    expectSynth((chart) => {
      const left = planCalled(chart, task);
      read = left.result(name);
      new Task(chart, 'fix', { metadata: { name: 'fix' }, agent: claude, prompt: `Do:\n${read}`, dependsOn: [left] });
    }, [expect.anything(), expect.objectContaining({ spec: expect.objectContaining({ prompt: `Do:\n${expression}` }) })]);
    expect(read).toBe(expression);
  });

  test('that is not declared is refused with those that are, however it is asked for', () => {
    expectSynth((chart) => {
      const left = planCalled(chart, 'plan');
      const prompt = `${left.result('stepz')} {{.Deps.plan.Results.unknown}} {{range .Deps.plan.Results}}{{.}}{{end}}`;
      new Task(chart, 'fix', { metadata: { name: 'fix' }, agent: claude, prompt, dependsOn: [left] });
    }, {
      refused: [
        '[fleet/fix] prompt, line 1, column 32: reads a variable that is not there, got .Deps.plan.Results.stepz; .Deps.plan.Results has base-branch, branch, commit, cost-usd, input-tokens, is-risky, note, output-tokens, pr, response or 1 more; did you mean .Deps.plan.Results.steps?',
        '[fleet/fix] prompt, line 1, column 44: reads a variable that is not there, got .Deps.plan.Results.unknown; .Deps.plan.Results has base-branch, branch, commit, cost-usd, input-tokens, is-risky, note, output-tokens, pr, response or 1 more; the outputs of that Task are is-risky, note or steps; add it to them',
      ],
    });
  });

  test('of a Task that is not waited for is refused', () => {
    expectSynth((chart) => {
      const left = planCalled(chart, 'plan');
      new Task(chart, 'fix', { agent: claude, prompt: `Do ${left.result('steps')}` });
      new Task(chart, 'build', { agent: claude, prompt: `Do ${left.result('steps')}`, dependsOn: [Task.fromTaskName('other')] });
    }, {
      refused: [
        '[fleet/fix] prompt: reads a variable that is not there, got {{.Deps.plan.Results.steps}}; without dependsOn it is given to the agent as it is; add fleet/plan to dependsOn',
        '[fleet/build] prompt, line 1, column 6: reads a variable that is not there, got .Deps.plan; .Deps has other; add that Task to dependsOn',
      ],
    });
  });
});
