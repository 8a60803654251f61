import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, type } from './a-terminal.ts';

const REPOSITORY = 'https://git.example.com/acme/shop.git';

const AGENT = `#!/bin/sh
set -eu
echo "asked: $1"
echo "$1" > NOTE.md
git add NOTE.md
git -c user.name=A -c user.email=a@example.com commit --quiet -m note
git push --quiet origin HEAD
echo "branch: $(git branch --show-current)" > "$TASKWRIGHT_RESULT_FILE"
echo "commit: $(git rev-parse HEAD)" >> "$TASKWRIGHT_RESULT_FILE"
`;

const FLEET = `
apiVersion: kelos.dev/v1alpha2
kind: Workspace
metadata: {name: shop}
spec: {repo: '${REPOSITORY}'}
---
apiVersion: kelos.dev/v1alpha2
kind: Task
metadata: {name: note}
spec:
  prompt: write a note
  branch: agents/note
  worker: {type: claude-code, image: 'example.com/note:1', credentials: {type: none}, workspaceRef: {name: shop}}
`;

function aProject(agent: string, fleet = FLEET) {
  const folder = folderWith({
    'fleet.yaml': fleet,
    'agent.sh': agent,
    'taskwright.dev.yaml': `repositories: {'${REPOSITORY}': ./shop}\nimages: {example.com/note: ./agent.sh}\n`,
    'shop/README.md': 'a shop\n',
  });
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=B', '-c', 'user.email=b@example.com', '-C', join(folder, 'shop'), ...args], { encoding: 'utf8' });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
  return { folder, git };
}

test("a program's agent commits to a clone, and the checkout stays as it was", async () => {
  const { folder, git } = aProject(AGENT);
  const { code, out } = await type(['dev', 'fleet.yaml', '--output', 'json'], { cwd: folder });

  const { tasks } = JSON.parse(out);
  expect({ code, tasks }).toEqual({
    code: 0,
    tasks: [{
      name: 'note', namespace: 'default', phase: 'Succeeded', message: 'Task completed successfully', branch: 'agents/note', commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      results: { branch: 'agents/note', commit: tasks[0].commit }, look: `git --git-dir .taskwright/latest/repositories/shop.git show ${tasks[0].commit.slice(0, 10)}`,
    }],
  });
  const [, ...look] = tasks[0].look.split(' ');
  expect(execFileSync('git', look, { cwd: folder, encoding: 'utf8' })).toContain('+write a note');
  expect(git('branch', '--list').trim()).toBe('* main');

  expect(await type(['get'], { cwd: folder })).toEqual({ code: 0, err: '', out: expect.stringMatching(/^NAME +TYPE +PHASE +AGE\nnote +<none> +Succeeded +\d+s\n$/) });
  expect(await type(['logs', 'note'], { cwd: folder })).toEqual({ code: 0, err: '', out: 'asked: write a note\n' });
  // The agent's clone has one, too: a test runner of the project must not find it.
  expect(readdirSync(join(folder, '.taskwright'), { recursive: true }).filter((path) => String(path).endsWith('NOTE.md'))).toEqual([]);
});

test('manifests of the older version run as they are, and are shown as the newer one', async () => {
  const { folder } = aProject(AGENT, `
apiVersion: kelos.dev/v1alpha1
kind: Workspace
metadata: {name: shop}
spec: {repo: '${REPOSITORY}'}
---
apiVersion: kelos.dev/v1alpha1
kind: Task
metadata: {name: note}
spec: {type: claude-code, image: 'example.com/note:1', prompt: write a note, branch: agents/note, credentials: {type: none}, workspaceRef: {name: shop}}
`);
  const { code, out } = await type(['dev', 'fleet.yaml', '--output', 'json'], { cwd: folder });
  const [{ phase, look }] = JSON.parse(out).tasks;
  expect({ code, phase }).toEqual({ code: 0, phase: 'Succeeded' });
  const [, ...arguments_] = look.split(' ');
  expect(execFileSync('git', arguments_, { cwd: folder, encoding: 'utf8' })).toContain('+write a note');
  expect((await type(['get', 'task', 'note', '-o', 'yaml'], { cwd: folder })).out).toContain('apiVersion: kelos.dev/v1alpha2');
});

test('an agent that fails says so to the person and to the shell', async () => {
  const { folder } = aProject('#!/bin/sh\necho "no idea" >&2\nexit 3\n', `${FLEET}  podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: NotIn, values: [0]}}]}\n`);
  const { code, out, err } = await type(['dev', 'fleet.yaml'], { cwd: folder });
  expect({ code, err }).toEqual({ code: 1, err: 'taskwright: 1 of 1 Tasks did not succeed\n' });
  expect(out).toContain('note │ no idea');
  expect(out).toMatch(/note ✗ Failed: .*3/);
  expect(out).toContain('npx taskwright logs note');
});

test('Ctrl-C ends the agents, keeps what is there, and says where to look', async () => {
  const { folder } = aProject('#!/bin/sh\necho "pid $$"\nexec sleep 600\n');
  const { code, out, err } = await type(['dev', 'fleet.yaml'], { cwd: folder, interruptAt: 'note │ pid' });
  expect({ code, err }).toEqual({ code: 130, err: 'taskwright: stopped; what came of it so far: npx taskwright get\n' });
  expect(out).toContain('stops its agents');
  expect(await type(['get'], { cwd: folder })).toMatchObject({ code: 0, out: expect.stringContaining('note') });
});

test('two runs in one folder each point at their own commits', async () => {
  const { folder } = aProject(AGENT);
  const runs = await Promise.all([1, 2].map(() => type(['dev', 'fleet.yaml', '--output', 'json'], { cwd: folder })));
  for (const { code, out } of runs) {
    const [, ...look] = JSON.parse(out).tasks[0].look.split(' ');
    expect({ code, shown: execFileSync('git', look, { cwd: folder, encoding: 'utf8' }) }).toEqual({ code: 0, shown: expect.stringContaining('+write a note') });
  }
});

test('a program of the agent that is not there is named', async () => {
  const { folder } = aProject(AGENT, FLEET.replace('example.com/note:1', 'example.com/other:1'));
  const { code, out } = await type(['dev', 'fleet.yaml'], { cwd: folder, interruptAt: 'no image' });
  expect(code).toBe(130);
  expect(out).toMatch(/note • no image example\.com\/other:1 yet: \S+/);
});

test('what is not there, and what does not answer, is told in one line', async () => {
  const kubeconfig = `apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: 'http://127.0.0.1:9'}}]
users: [{name: a, user: {}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
`;
  const { folder } = aProject(AGENT);
  await type(['dev', 'fleet.yaml'], { cwd: folder });
  writeFileSync(join(folder, 'kubeconfig'), kubeconfig);
  const cwd = folder;
  expect(await type(['get', 'tasks', 'other'], { cwd })).toEqual({ code: 1, out: '', err: 'taskwright: no Task "other" in namespace "default"; list them with "taskwright get tasks"\n' });
  expect(await type(['dev', 'fleet.yaml', '--data', 'kubeconfig'], { cwd })).toMatchObject({
    code: 1, err: expect.stringMatching(/^taskwright: --data: cannot write to .*kubeconfig: ENOTDIR.*; name another folder, for example --data \/tmp\/taskwright\n$/),
  });
  expect((await type(['get', 'task', 'note', '-o', 'yaml'], { cwd })).out).not.toContain('managedFields');
  expect(await type(['get', '--kubeconfig', 'kubeconfig'], { cwd })).toEqual({
    code: 1, out: '', err: 'taskwright: GET /apis: no answer from http://127.0.0.1:9, connect ECONNREFUSED 127.0.0.1:9; start it, or run without a cluster: taskwright dev\n',
  });
});

test('a Task that says nothing fails and says so', async () => {
  const folder = folderWith({ 'fleet.yaml': 'apiVersion: kelos.dev/v1alpha2\nkind: Task\nmetadata: {name: bare}\n' });
  const { code, out } = await type(['dev', 'fleet.yaml'], { cwd: folder });
  expect(code).toBe(1);
  expect(out).toContain('bare ✗ Failed: Task has no spec, so nothing says which agent is to do what; delete it and create it with one');
});

test('every object that the API refuses is named, and nothing runs', async () => {
  const { folder } = aProject(AGENT, FLEET.replace('prompt: write a note', 'prompt: 7').replace("repo: 'https", "repo: 'ftp"));
  const { code, err } = await type(['dev', 'fleet.yaml'], { cwd: folder });
  expect(code).toBe(1);
  expect(err).toContain('the API refused 2 of 2 objects');
  expect(err).toMatch(/Workspace shop: .*spec\.repo/);
  expect(err).toMatch(/Task note: .*spec\.prompt/);
});

const WITH_KEY = FLEET.replace('credentials: {type: none}', 'credentials: {type: api-key, secretRef: {name: claude}}');
const KEY = 'sk-only-in-this-test';

/** Files of a run that hold the key, as it is or as Secrets hold it. */
function filesWithKey(folder: string): string[] {
  const written = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !['agent.sh', 'fleet.yaml'].includes(entry.name));
  expect(written.length).toBeGreaterThan(1);
  const forms = [KEY, Buffer.from(KEY).toString('base64')];
  return written.map(({ parentPath, name }) => join(parentPath, name)).filter((file) => forms.some((form) => readFileSync(file, 'latin1').includes(form)));
}

test('a key from the environment reaches the agent and is not on the disk afterwards', async () => {
  const { folder } = aProject(`#!/bin/sh\n[ "$ANTHROPIC_API_KEY" = ${KEY} ] && echo "commit: none" > "$TASKWRIGHT_RESULT_FILE"\n`, WITH_KEY);
  const { code, out, err } = await type(['dev', 'fleet.yaml'], { cwd: folder, env: { ANTHROPIC_API_KEY: KEY } });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).not.toContain(KEY);
  expect(filesWithKey(folder)).toEqual([]);
});

test('a key from the environment is not on the disk after a program that was refused', async () => {
  const { folder } = aProject(AGENT, WITH_KEY.replace("repo: 'https", "repo: 'ftp"));
  const { code } = await type(['dev', 'fleet.yaml'], { cwd: folder, env: { ANTHROPIC_API_KEY: KEY } });
  expect(code).toBe(1);
  expect(filesWithKey(folder)).toEqual([]);
});

test.each([
  [['dev', 'x.yaml'], 1, 'taskwright: x.yaml: no such file or folder; pass a program, for example: taskwright dev examples/first-task\n'],
  [['dev', '.', '--port', 'http'], 2, 'taskwright: --port: got "http"; allowed is 0 to 65535\n'],
  [['dev', '.', '--isolation', 'vm'], 2, 'taskwright: --isolation: got "vm"; allowed are auto, bubblewrap and path-mapping\n'],
  [['watch'], 2, "error: unknown command 'watch'\nsee taskwright --help\n"],
  [['get', '-o', 'xml'], 2, 'taskwright: --output: got "xml"; allowed are table, wide, json and yaml\n'],
  [['logs', 'note'], 1, 'taskwright: no cluster: neither $KUBECONFIG nor HOME/.kube/config exists, and this is no Pod; pass --kubeconfig; without a cluster, start with: taskwright dev\n'],
])('%j ends with code %d and the next thing to do', async (args, code, err) => {
  const folder = folderWith({ 'main.ts': '' });
  const session = await type(args, { cwd: folder });
  expect({ code: session.code, err: session.err.replaceAll(folder, 'HOME') }).toEqual({ code, err });
});
