import * as cdk8s from 'cdk8s';
import * as taskwright from 'cdk8s-taskwright';
import { readFileSync, readdirSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { type CodeBlock, typeErrorsOf } from './house/code-blocks';

const folder = new URL('../src/', import.meta.url);

/** The examples of doc comments: what a user sees in the editor, and in API.md. */
const examples: CodeBlock[] = readdirSync(folder).filter((name) => name.endsWith('.ts')).flatMap((name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  return [...text.matchAll(/^ \* @example\n([\s\S]*?)^ \*\//gm)].map(({ index, 1: body = '' }) => ({
    path: `src/${name}`,
    line: text.slice(0, index).split('\n').length + 1,
    language: 'ts',
    code: body.replaceAll(/^ \* ?/gm, ''),
  }));
});

test('there are examples', () => {
  expect(examples.map(({ path }) => path)).toEqual(['src/agent-config.ts', 'src/agent-pipeline.ts', 'src/coding-agent.ts', 'src/context-source.ts', 'src/crds.ts', 'src/mcp-service.ts', 'src/model-api.ts', 'src/output.ts', 'src/service-agent.ts', 'src/session-spawner.ts', 'src/session.ts', 'src/task-budget.ts', 'src/task-pipeline.ts', 'src/task-spawner.ts', 'src/task.ts', 'src/taskwright.ts', 'src/trigger.ts', 'src/webhook-certificate.ts', 'src/webhook-gateway.ts', 'src/worker-pool.ts', 'src/workspace.ts']);
});

test('every example compiles where `this` is a chart', () => {
  const imports = `import { ${Object.keys(cdk8s).join(', ')} } from 'cdk8s'; import { ${Object.keys(taskwright).join(', ')} } from 'cdk8s-taskwright';`;
  expect(typeErrorsOf(examples.map((example) => ({ ...example, code: `${imports} export function program(this: Chart) { ${example.code}}` })))).toEqual([]);
});

test.each(examples)('the example of $path synthesizes', ({ code }) => {
  const scope = { ...cdk8s, ...taskwright };
  const app = new cdk8s.App();
  const program = ts.transpile(code, { target: ts.ScriptTarget.ES2022 });
  new Function(...Object.keys(scope), program).call(new cdk8s.Chart(app, 'fleet'), ...Object.values(scope));
  expect(() => app.synthYaml()).not.toThrow();
});
