import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sleep, systemClock, type KubeObject } from '@taskwright/runtime/kube';
import { taskSpawnerResource, workspaceResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { Agent, fetch } from 'undici';
import { figure } from './figure.ts';
import { freePort, ourOperator } from './operator/side.ts';
import { type Program, startNode } from './program.ts';
import { benchServer } from './server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * What a thousand TaskSpawners cost that look at GitHub: one operator (the file of its image), 100 repositories of 20 issues each, 10 credentials; the API server and GitHub are processes of
 * their own. What they find is ruled out, so that looking is all that happens.
 *
 *     node --conditions=taskwright-source bench/polling.ts [SECONDS BETWEEN TWO LOOKS OF A SPAWNER, 60] [--node-flags="--cpu-prof --cpu-prof-dir=DIR"]
 *
 * The other side of the comparison asks for the same lists without remembering any.
 */
const SPAWNERS = 1_000;
const REPOSITORIES = 100;
const CREDENTIALS = 10;
const MEASURED_AT_LEAST_MS = 60_000;
/** A spawner that has just been made looks at once; those that an operator finds when it starts take turns. */
const GROWN_UP_MS = 11_000;
/** First looks are spread over a minute at most, and are over a moment later. */
const FIRST_LOOKS_MS = 65_000;
const NAMESPACE = 'polling';

interface Counted {
  readonly requests: number;
  readonly unchanged: number;
  readonly bodyBytes: number;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'node-flags': { type: 'string', default: '' } } });
const everySeconds = Number(positionals[0] ?? 60);
/** Each looks once at least. */
const measuredMs = Math.max(MEASURED_AT_LEAST_MS, everySeconds * 1_000);
const server = await benchServer(undefined);
const port = await freePort();
const host = `https://127.0.0.1:${port}`;
const github = startNode(new URL('polling-github.ts', import.meta.url).pathname, [String(port), String(REPOSITORIES), String(CREDENTIALS)]);
const folder = temporaryFolder('polling');
const ca = JSON.parse(await github.line()) as string;
writeFileSync(join(folder, 'ca.pem'), ca);

await server.namespace(NAMESPACE);
await create(secretResource, CREDENTIALS, (at) => ({ metadata: { name: `bot-${at}` }, data: { GITHUB_TOKEN: Buffer.from(`ghp_${at}`).toString('base64') } }));
await create(workspaceResource, CREDENTIALS, (at) => ({ metadata: { name: `workspace-${at}` }, spec: { repo: `${host}/acme/repository-0.git`, secretRef: { name: `bot-${at}` } } }));
await create(taskSpawnerResource, SPAWNERS, (at) => ({
  metadata: { name: `spawner-${at}` },
  spec: {
    when: { githubIssues: { repo: `acme/repository-${at % REPOSITORIES}`, excludeLabels: ['done'], pollInterval: `${everySeconds}s` } },
    taskTemplate: { worker: { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: `workspace-${Math.floor(at / REPOSITORIES)}` } } },
  },
}));
await sleep(systemClock, GROWN_UP_MS);

const operator = await ourOperator(values['node-flags'].split(' ').filter((flag) => flag !== ''), [`NODE_EXTRA_CA_CERTS=${join(folder, 'ca.pem')}`])(server, { namespace: NAMESPACE });
const { program } = operator;
try {
  await sleep(systemClock, Math.min(FIRST_LOOKS_MS, everySeconds * 1_000 + 5_000));
  const first = await counted(github);
  const before = program.cpuSeconds();
  await sleep(systemClock, measuredMs);
  const cpu = program.cpuSeconds() - before;
  const later = await counted(github);
  const each = (count: number) => (count / later.requests) * SPAWNERS;

  figure('polling', `requests of the first looks of ${SPAWNERS} spawners`, first.requests, 'requests');
  figure('polling', `looks per second, one of each spawner every ${everySeconds} s`, later.requests / (measuredMs / 1_000), 'looks/s');
  figure('polling', 'answered 304 after the first', (100 * later.unchanged) / later.requests, '%');
  figure('polling', 'CPU of the operator', (100 * cpu) / (measuredMs / 1_000), '% of a core');
  figure('polling', 'CPU of a look', (1_000 * cpu) / later.requests, 'ms');
  figure('polling', 'memory of the operator', program.rssMb(), 'MB');
  figure('polling', 'the most that it had', program.peakRssMb(), 'MB');
  await program.end();

  const plain = await withoutCache();
  figure('polling', `bodies of ${SPAWNERS} looks`, each(later.bodyBytes) / 1e6, 'MB');
  figure('polling', 'the same lists without a cache', plain.bodyBytes / 1e6, 'MB');
  figure('polling', `of an hour's limits, ${SPAWNERS} looks take`, each(later.requests - later.unchanged), 'requests');
  figure('polling', 'the same without a cache', plain.requests - plain.unchanged, 'requests');
} finally {
  await program.end();
  await github.end();
  await server.close();
  rmSync(folder, { recursive: true });
}

async function withoutCache(): Promise<Counted> {
  const dispatcher = new Agent({ connect: { ca } });
  for (let at = 0; at < SPAWNERS; at += 1) {
    const headers = { authorization: `Bearer ghp_${Math.floor(at / REPOSITORIES)}` };
    await (await fetch(`${host}/api/v3/repos/acme/repository-${at % REPOSITORIES}/issues?per_page=100&state=open`, { headers, dispatcher })).json();
  }
  return counted(github);
}

async function counted(of: Program): Promise<Counted> {
  of.tell('count');
  return JSON.parse(await of.line()) as Counted;
}

async function create(resource: Parameters<typeof server.client.create>[0], count: number, object: (at: number) => object): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const { metadata, ...rest } = object(at) as KubeObject;
    await server.client.create(resource, { ...rest, metadata: { ...metadata, namespace: NAMESPACE } } as KubeObject);
  }
}
