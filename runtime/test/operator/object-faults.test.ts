import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import { objectFaults } from '../../src/operator/object-faults.ts';

interface Row { it: string; kind: string; spec?: object; annotations?: Record<string, string>; faults?: string[] }

const worker = { type: 'codex', credentials: { type: 'none' } };
const depends = { worker, dependsOn: ['plan'] };
const overrides = (podOverrides: object) => ({ prompt: 'a', worker: { ...worker, podOverrides } });
const variable = (from: object) => ({ mcpServers: [{ name: 'db', type: 'stdio', command: 'db', env: [{ name: 'A', ...from }] }] });

test.each<Row>([
  { it: 'a plain prompt', kind: 'Task', spec: { prompt: 'Fix it', worker } },
  { it: 'braces in a prompt that is no template', kind: 'Task', spec: { prompt: 'Use {{', worker } },
  { it: 'a template over what a dependency left', kind: 'Task', spec: { ...depends, prompt: '{{.Deps.plan.Results.branch}} {{range .Deps.plan.Outputs}}{{.}}{{end}}' } },
  {
    it: 'a template that does not parse', kind: 'Task', spec: { ...depends, prompt: 'Do\n{{if .Deps}}' },
    faults: ['spec.prompt, line 2, column 1: is not a template that can be rendered; this block is never closed; add {{end}}; braces that are no template are written {{"{{"}}'],
  },
  {
    it: 'a template over a Task that is not waited for', kind: 'Task', spec: { ...depends, prompt: '{{.Deps.review.Name}}' },
    faults: ['spec.prompt, line 1, column 3: reads a variable that is not there, got .Deps.review; .Deps has plan; add that Task to dependsOn'],
  },
  { it: 'outputs that can be checked', kind: 'Task', spec: { prompt: 'a', worker }, annotations: { 'taskwright.dev/output-schema': '{"type":"object","properties":{"a":{"type":"string"}}}' } },
  {
    it: 'outputs that are no JSON', kind: 'Task', spec: { prompt: 'a', worker }, annotations: { 'taskwright.dev/output-schema': '{type' },
    faults: ['metadata.annotations: taskwright.dev/output-schema: got 5 characters that are not JSON; it has to be a JSON Schema'],
  },
  { it: 'volumes of its own', kind: 'Task', spec: overrides({ volumes: [{ name: 'cache', emptyDir: {} }] }) },
  { it: 'a volume of ours', kind: 'Task', spec: overrides({ volumes: [{ name: 'workspace', emptyDir: {} }] }), faults: ['spec: podOverrides.volumes: volume name "workspace" is reserved'] },
  { it: 'a policy for Pods', kind: 'Task', spec: { prompt: 'a', worker, podFailurePolicy: { rules: [{ action: 'FailJob' }] } } },
  {
    it: 'a policy for Jobs of another kind', kind: 'Task', spec: { prompt: 'a', worker, podFailurePolicy: { rules: [{ action: 'FailIndex' }] } },
    faults: ['spec: podFailurePolicy.rules[0].action: FailIndex is not supported for Task Jobs'],
  },
  {
    it: 'several mistakes at once', kind: 'Task', spec: { ...depends, prompt: '{{', worker: { ...worker, podOverrides: { volumes: [{ name: 'kelos-x' }] } } },
    faults: [
      'spec.prompt, line 1, column 1: is not a template that can be rendered; the action is never closed; end it with }}; braces that are no template are written {{"{{"}}',
      'spec: podOverrides.volumes: volume name "kelos-x" uses the reserved prefix "kelos-"',
    ],
  },
  { it: 'a Task without a spec', kind: 'Task' },

  { it: 'a file in the clone', kind: 'Workspace', spec: { repo: 'https://git.example/a/b.git', files: [{ path: 'docs/../a.md', content: '' }] } },
  {
    it: 'a file outside of it', kind: 'Workspace', spec: { repo: 'https://git.example/a/b.git', files: [{ path: '../a.md', content: '' }] },
    faults: ['spec.files: invalid workspace file path "../a.md": path escapes repository root'],
  },
  { it: 'a Workspace without a spec', kind: 'Workspace' },

  { it: 'a plugin', kind: 'AgentConfig', spec: { plugins: [{ name: 'house', skills: [{ name: 'release', content: '# Release' }] }] } },
  { it: 'a plugin whose name is a path', kind: 'AgentConfig', spec: { plugins: [{ name: '../house' }] }, faults: ['spec: invalid plugin configuration: plugin name "../house" contains path separators'] },
  { it: 'a variable from a Secret', kind: 'AgentConfig', spec: variable({ valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }) },
  { it: 'a variable from the Pod', kind: 'AgentConfig', spec: variable({ valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }), faults: ['spec: MCP server "db": env "A" valueFrom only supports secretKeyRef and configMapKeyRef'] },
  {
    it: 'two servers of one name', kind: 'AgentConfig', spec: { mcpServers: [{ name: 'db', type: 'http', url: 'https://a' }, { name: 'db', type: 'http', url: 'https://b' }] },
    faults: ['spec: invalid MCP server configuration: duplicate MCP server name "db"'],
  },
  { it: 'a kind that nobody asks about', kind: 'TaskRecord', spec: {} },
])('$kind: $it', ({ kind, spec, annotations, faults = [] }) => {
  const object = { apiVersion: 'kelos.dev/v1alpha2', kind, metadata: { name: 'one', namespace: 'team', ...(annotations && { annotations }) }, ...(spec && { spec }) } as KubeObject;
  expect(objectFaults(object)).toEqual(faults);
});
