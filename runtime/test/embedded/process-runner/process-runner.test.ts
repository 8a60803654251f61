import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { probeBubblewrap } from '../../../src/embedded/process-runner/bubblewrap.ts';
import { configMapResource, secretResource } from '../../../src/embedded/process-runner/config-source.ts';
import type { IsolationKind } from '../../../src/embedded/process-runner/isolation.ts';
import { commandLines } from './command-lines.ts';
import { Laptop, NAMESPACE, statusOf } from './laptop.ts';

const probe = await probeBubblewrap();

describe.each<{ isolation: IsolationKind }>([{ isolation: 'bubblewrap' }, { isolation: 'path-mapping' }])('with $isolation', ({ isolation }) => {
  let laptop: Laptop;
  beforeAll(async () => {
    if (isolation === 'bubblewrap' && 'reason' in probe) return;
    laptop = await Laptop.start({ isolation, images: { script: { files: { '/kelos_entrypoint.sh': entryPoint() } } } });
  });
  beforeEach((context) => {
    if (isolation === 'bubblewrap' && 'reason' in probe) context.skip(`bubblewrap does not work here: ${probe.reason}`);
  });
  afterAll(() => laptop?.stop());

  test.each([
    { it: 'ends well', script: 'exit 0', phase: 'Succeeded', exitCode: 0, reason: 'Completed' },
    { it: 'fails with its own code', script: 'exit 42', phase: 'Failed', exitCode: 42, reason: 'Error' },
    { it: 'kills itself as the kernel would', script: 'kill -9 $$$$', phase: 'Failed', exitCode: 137, reason: 'Error' },
    { it: 'ends itself by another signal', script: 'kill -TERM $$$$', phase: 'Failed', exitCode: 143, reason: 'Error' },
  ])('a container that $it', async ({ script, phase, exitCode, reason }) => {
    const name = `exit-${exitCode}`;
    await laptop.pod(name, script);
    const pod = await laptop.finished(name);
    expect([pod.status!.phase, statusOf(pod)!.state.terminated]).toMatchObject([phase, { exitCode, reason }]);
    expect(statusOf(pod)).toMatchObject({ ready: false, started: false, restartCount: 0, imageID: 'local://shell' });
  });

  test('a program that does not exist is a start error, not a crash', async () => {
    await laptop.pod('nowhere', '', {}, { command: ['/no/such/program'], args: [] });
    await laptop.pod('unnamed', '', {}, { command: ['no-such-program'], args: [] });
    expect(statusOf(await laptop.finished('nowhere'))!.state.terminated).toMatchObject({ exitCode: 128, reason: 'StartError', message: 'exec: "/no/such/program": no such file or directory' });
    expect(statusOf(await laptop.finished('unnamed'))!.state.terminated!.message).toBe('exec: "no-such-program": executable file not found in $PATH');
  });

  test('variables come from values, fields, Secrets and ConfigMaps, the later winning', async () => {
    await laptop.create(secretResource, { metadata: { name: 'env-secret' }, data: { TOKEN: Buffer.from('s3cret').toString('base64'), SHARED: Buffer.from('from envFrom').toString('base64') } });
    await laptop.create(configMapResource, { metadata: { name: 'env-config' }, data: { LEVEL: 'debug' } });
    await laptop.pod('variables', 'echo "$GREETING|$TOKEN_COPY|$PRE_TOKEN|$LEVEL|$POD|$UNSET|$SHARED|$LITERAL|$1"', { }, {
      args: ['echo "$GREETING|$TOKEN_COPY|$PRE_TOKEN|$LEVEL|$POD|${MISSING-unset}|$PRE_SHARED|$LITERAL|$1"', 'sh', '$(GREETING)!'],
      envFrom: [{ prefix: 'PRE_', secretRef: { name: 'env-secret' } }, { configMapRef: { name: 'absent', optional: true } }],
      env: [
        { name: 'NAME', value: 'you' },
        { name: 'GREETING', value: 'hello $(NAME)' },
        { name: 'TOKEN_COPY', valueFrom: { secretKeyRef: { name: 'env-secret', key: 'TOKEN' } } },
        { name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'env-config', key: 'LEVEL' } } },
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'MISSING', valueFrom: { secretKeyRef: { name: 'env-secret', key: 'NO', optional: true } } },
        { name: 'PRE_SHARED', value: 'from env' },
        { name: 'LITERAL', value: '$$(NAME) $(UNKNOWN)' },
      ],
    });
    await laptop.finished('variables');
    expect(await laptop.log('variables')).toBe('hello you|s3cret|s3cret|debug|variables|unset|from env|$(NAME) $(UNKNOWN)|hello you!\n');
  });

  test('a container sees no variable of the engine', async () => {
    process.env.ENGINE_ONLY = 'leaked';
    await laptop.pod('clean', 'echo "[$ENGINE_ONLY]"');
    await laptop.finished('clean');
    delete process.env.ENGINE_ONLY;
    expect(await laptop.log('clean')).toBe('[]\n');
  });

  test('a missing Secret keeps the container waiting, and it starts when the Secret appears', async () => {
    await laptop.pod('patient', 'echo "$KEY"', {}, { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'late', key: 'key' } } }] });
    const waiting = await laptop.until('patient', (pod) => statusOf(pod)?.state.waiting?.reason === 'CreateContainerConfigError');
    expect([waiting!.status!.phase, statusOf(waiting)!.state.waiting!.message]).toEqual(['Pending', 'secret "late" not found']);
    await laptop.create(secretResource, { metadata: { name: 'late' }, data: { other: '' } });
    await laptop.until('patient', (pod) => statusOf(pod)?.state.waiting?.message === `couldn't find key key in Secret ${NAMESPACE}/late`);
    await laptop.engine.client.patchMerge(secretResource, { namespace: NAMESPACE, name: 'late' }, { data: { key: Buffer.from('here').toString('base64') } });
    expect((await laptop.finished('patient')).status!.phase).toBe('Succeeded');
    expect(await laptop.log('patient')).toBe('here\n');
  });

  test('volumes are shared between containers, and those from the API are files', async () => {
    await laptop.create(secretResource, { metadata: { name: 'files' }, data: { token: Buffer.from('t0ken').toString('base64'), other: Buffer.from('no').toString('base64') } });
    await laptop.create(configMapResource, { metadata: { name: 'plugins' }, data: { 'p0-s0': 'a skill' } });
    await laptop.pod('volumes', '', {
      volumes: [
        { name: 'work', emptyDir: {} },
        { name: 'token', secret: { secretName: 'files', items: [{ key: 'token', path: 'GITHUB_TOKEN' }], defaultMode: 0o400 } },
        { name: 'absent', secret: { secretName: 'absent', optional: true } },
        { name: 'all', projected: { sources: [{ configMap: { name: 'plugins', items: [{ key: 'p0-s0', path: 'tools/skills/deploy/SKILL.md' }] } }, { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } }] } },
      ],
      initContainers: [{ name: 'prepare', image: 'shell', args: ['mkdir -p /workspace/repo && echo prepared > /workspace/repo/file'], volumeMounts: [{ name: 'work', mountPath: '/workspace' }] }],
    }, {
      workingDir: '/workspace/repo',
      args: ['cat file /kelos/token/GITHUB_TOKEN && echo && ls /kelos/token /absent && cat /all/tools/skills/deploy/SKILL.md && echo && cat /all/name && echo && cat /sub/file'],
      volumeMounts: [
        { name: 'work', mountPath: '/workspace' },
        { name: 'token', mountPath: '/kelos/token', readOnly: true },
        { name: 'absent', mountPath: '/absent' },
        { name: 'all', mountPath: '/all' },
        { name: 'work', mountPath: '/sub', subPath: 'repo' },
      ],
    });
    const pod = await laptop.finished('volumes');
    const text = await laptop.log('volumes', { container: 'main' });
    expect(text).toContain('prepared\nt0ken\n');
    expect(text).toContain('GITHUB_TOKEN\n');
    expect(text).toContain('a skill\nvolumes\nprepared\n');
    expect(pod.status!.phase).toBe('Succeeded');
    expect(statusOf(pod, 'prepare')!.state.terminated!.reason).toBe('Completed');
  });

  test('a Secret that changes changes the file of a running container', async () => {
    const data = (token: string) => ({ data: { token: Buffer.from(token).toString('base64') } });
    await laptop.create(secretResource, { metadata: { name: 'renewed' }, ...data('old') });
    await laptop.pod('reader', 'cat /token/token; until grep -q new /token/token; do sleep 0.05; done; cat /token/token', {
      volumes: [{ name: 'token', secret: { secretName: 'renewed' } }],
    }, { volumeMounts: [{ name: 'token', mountPath: '/token' }] });
    const log = followed(laptop, 'reader');
    await laptop.until('reader', (pod) => statusOf(pod)?.state.running !== undefined);
    await laptop.engine.client.patchMerge(secretResource, { namespace: NAMESPACE, name: 'renewed' }, data('new'));
    expect(await rest(log)).toBe('oldnew\n');
    expect((await laptop.finished('reader')).status!.phase).toBe('Succeeded');
  });

  test('a volume this machine does not have fails the Pod and says which', async () => {
    await laptop.pod('export', 'true', { volumes: [{ name: 'data', nfs: { server: 'x', path: '/' } }] });
    expect((await laptop.finished('export')).status).toMatchObject({ phase: 'Failed', reason: 'UnsupportedVolume', message: expect.stringContaining('volume "data" is of kind nfs') });
  });

  test('a claim outlives its Pods, and is the same for all that name it', async () => {
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'kept' } }];
    const mounted = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
    await laptop.pod('writer', 'echo once >> /data/log', { volumes }, mounted);
    await laptop.finished('writer');
    await laptop.delete('writer');
    await laptop.until('writer', (pod) => pod === undefined);
    await laptop.pod('another', 'echo twice >> /data/log; cat /data/log', { volumes }, mounted);
    await laptop.finished('another');
    expect(await laptop.log('another')).toBe('once\ntwice\n');
  });

  test('a claim cannot lead out of the claims', async () => {
    await laptop.pod('climber', 'true', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: '../../pods' } }] });
    await laptop.until('climber', (pod) => statusOf(pod)?.state.waiting?.message === 'MountVolume.SetUp failed for volume "data" : "../../pods" is not the name of a PersistentVolumeClaim');
  });

  test('a missing volume source keeps the Pod creating, and it starts when the source appears', async () => {
    await laptop.pod('unmounted', 'cat /config/a', { volumes: [{ name: 'config', configMap: { name: 'late-config' } }] }, { volumeMounts: [{ name: 'config', mountPath: '/config' }] });
    await laptop.until('unmounted', (pod) => statusOf(pod)?.state.waiting?.message === 'MountVolume.SetUp failed for volume "config" : configmap "late-config" not found');
    await laptop.create(configMapResource, { metadata: { name: 'late-config' }, data: { a: 'b' } });
    await laptop.finished('unmounted');
    expect(await laptop.log('unmounted')).toBe('b\n');
  });

  test('the termination message is the beginning of the file', async () => {
    await laptop.pod('message', 'printf "branch: main" > "$FILE"', {}, { env: [{ name: 'FILE', value: '/dev/termination-log' }] });
    expect(statusOf(await laptop.finished('message'))!.state.terminated!.message).toBe('branch: main');
    await laptop.pod('long-message', 'head -c 10000 /dev/zero | tr "\\0" x > "$FILE"', {}, { env: [{ name: 'FILE', value: '/dev/termination-log' }] });
    expect(statusOf(await laptop.finished('long-message'))!.state.terminated!.message).toBe('x'.repeat(4096));
  });

  test('a container that failed can let its log speak', async () => {
    await laptop.pod('fallback', 'echo last words; exit 1', {}, { terminationMessagePolicy: 'FallbackToLogsOnError' });
    expect(statusOf(await laptop.finished('fallback'))!.state.terminated!.message).toBe('last words\n');
  });

  test('an image runs its own entry point, with files at their paths and without the init program', async () => {
    await laptop.pod('image', '', {}, { image: 'script:1', command: ['/usr/bin/tini', '-g', '--', '/kelos_entrypoint.sh'], args: ['fix it'] });
    await laptop.finished('image');
    expect(await laptop.log('image')).toBe('prompt: fix it\n');
  });

  test('100 MB of output neither fill the disk nor lose the end', async () => {
    await laptop.pod('loud', 'echo begin; head -c 100000000 /dev/zero | tr "\\0" "x" | fold -w 100; echo; echo end');
    const pod = await laptop.finished('loud');
    expect(pod.status!.phase).toBe('Succeeded');
    expect(await laptop.log('loud', { tailLines: 1 })).toBe('end\n');
    const all = await laptop.log('loud');
    expect(all.slice(0, 6)).toBe('begin\n');
    expect(all).toMatch(/\[about \d+ MiB of this log were dropped here/);
    expect(all.length).toBeLessThan(17 * 2 ** 20);
  });

  test('a deleted Pod is asked to end, and goes when it has', async () => {
    await laptop.pod('polite', 'trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.05; done');
    await laptop.until('polite', (pod) => statusOf(pod)?.state.running !== undefined);
    const log = followed(laptop, 'polite');
    await log.next();
    await laptop.delete('polite');
    expect(await rest(log)).toContain('bye\n');
    expect(await laptop.until('polite', (pod) => pod === undefined)).toBeUndefined();
  });

  test('a container that is asked to end while it is being made ends at once, and leaves nothing', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `hasty-${index}`);
    const seconds = `86399.${process.pid}`; // of no other process
    await Promise.all(names.map(async (name) => {
      // Whoever misses the signal stays for the grace period, which is longer than a test may take.
      await laptop.pod(name, `exec sleep ${seconds}`, { terminationGracePeriodSeconds: 600 });
      await laptop.until(name, (pod) => statusOf(pod)?.state.running !== undefined);
      await laptop.delete(name);
      await laptop.until(name, (pod) => pod === undefined);
    }));
    await expect.poll(() => commandLines().filter((line) => line.includes(seconds))).toEqual([]);
  });

  test('a container that does not end is killed after its grace period', async () => {
    await laptop.pod('stubborn', 'trap "" TERM; echo ready; while :; do sleep 0.05; done', { terminationGracePeriodSeconds: 1 });
    const log = followed(laptop, 'stubborn');
    await laptop.until('stubborn', (pod) => statusOf(pod)?.state.running !== undefined);
    await log.next();
    await laptop.delete('stubborn');
    await laptop.until('stubborn', (pod) => pod === undefined);
  });

  test('a Pod past its deadline fails with the reason', async () => {
    await laptop.pod('late', 'sleep 60', { activeDeadlineSeconds: 1, terminationGracePeriodSeconds: 1 });
    expect((await laptop.finished('late')).status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  test('nothing a container started outlives it', async () => {
    await laptop.pod('parent', '(sleep 60; echo orphan) & echo started');
    expect((await laptop.finished('parent')).status!.phase).toBe('Succeeded');
    expect(await laptop.log('parent')).toBe('started\n');
  });

  test('init containers run one after the other, and a failing one fails the Pod', async () => {
    const step = (name: string, script: string) => ({ name, image: 'shell', args: [script], volumeMounts: [{ name: 'work', mountPath: '/work' }] });
    await laptop.pod('steps', 'cat /work/steps', {
      volumes: [{ name: 'work', emptyDir: {} }],
      initContainers: [step('one', 'echo 1 >> /work/steps'), step('two', 'echo 2 >> /work/steps')],
    }, { volumeMounts: [{ name: 'work', mountPath: '/work' }] });
    await laptop.finished('steps');
    expect(await laptop.log('steps', { container: 'main' })).toBe('1\n2\n');

    await laptop.pod('broken', 'echo never', { volumes: [{ name: 'work', emptyDir: {} }], initContainers: [step('one', 'exit 3'), step('two', 'true')] });
    const broken = await laptop.finished('broken');
    expect([broken.status!.phase, statusOf(broken, 'one')!.state.terminated!.exitCode, statusOf(broken, 'two')!.state.waiting!.reason, statusOf(broken)!.state.waiting!.reason]).toEqual([
      'Failed', 3, 'PodInitializing', 'PodInitializing',
    ]);
  });

  test('a sidecar runs beside the others and ends after them, without a say in the result', async () => {
    await laptop.pod('assisted', 'until test -e /work/up; do sleep 0.02; done; echo done', {
      volumes: [{ name: 'work', emptyDir: {} }],
      initContainers: [{ name: 'proxy', image: 'shell', restartPolicy: 'Always', args: ['trap "exit 1" TERM; touch /work/up; while :; do sleep 0.05; done'], volumeMounts: [{ name: 'work', mountPath: '/work' }] }],
    }, { volumeMounts: [{ name: 'work', mountPath: '/work' }] });
    const pod = await laptop.finished('assisted');
    expect([pod.status!.phase, statusOf(pod, 'proxy')!.state.terminated!.exitCode]).toEqual(['Succeeded', 1]);
  });

  test('a container is restarted when its Pod says so, with the log of the run before', async () => {
    await laptop.pod('again', 'test -e /work/second && { echo second; exit 0; }; touch /work/second; echo first; exit 7', {
      restartPolicy: 'OnFailure',
      volumes: [{ name: 'work', emptyDir: {} }],
    }, { volumeMounts: [{ name: 'work', mountPath: '/work' }] });
    const pod = await laptop.finished('again');
    expect(statusOf(pod)).toMatchObject({ restartCount: 1, state: { terminated: { exitCode: 0 } }, lastState: { terminated: { exitCode: 7 } } });
    expect([await laptop.log('again'), await laptop.log('again', { previous: true })]).toEqual(['second\n', 'first\n']);
  });
});

test('bubblewrap keeps the machine and its other processes out of sight', async (context) => {
  if ('reason' in probe) context.skip(`bubblewrap does not work here: ${probe.reason}`);
  const laptop = await Laptop.start({ isolation: 'bubblewrap' });
  await laptop.pod('sandboxed', [
    `test ! -e ${laptop.dataDir} && echo no data of the engine`,
    `test ! -e ${process.cwd()} && echo no checkout`,
    'test ! -e /etc/shadow && echo no passwords',
    'touch /usr/x 2>/dev/null || echo no writing to the system',
    `kill -0 ${process.pid} 2>/dev/null || echo no other processes`,
    'echo "$(id -u) $(id -un) $HOME"; : > "$HOME/x" && : > /tmp/x && echo own home',
  ].join('\n'), { securityContext: { runAsUser: 61100 } });
  await laptop.finished('sandboxed');
  expect(await laptop.log('sandboxed')).toBe(
    'no data of the engine\nno checkout\nno passwords\nno writing to the system\nno other processes\n61100 agent /home/agent\nown home\n',
  );
  await laptop.stop();
});

test.for([0, 61100])('bubblewrap is not left by user %d, whoever started the engine', async (runAsUser, context) => {
  if ('reason' in probe) context.skip(`bubblewrap does not work here: ${probe.reason}`);
  const laptop = await Laptop.start({ isolation: 'bubblewrap' });
  await laptop.pod('hostile', [
    'grep CapEff /proc/self/status',
    'mount -o remount,rw,bind /usr 2>/dev/null || echo the system stays read-only',
    '(cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern) 2>/dev/null || echo so do the settings of the kernel',
    'unshare --user --map-root-user --pid --fork --mount-proc true 2>/dev/null || echo and no other process table can be mounted',
    'env | cut -d= -f1 | sort | tr "\\n" " "',
  ].join('\n'), { securityContext: { runAsUser } });
  await laptop.finished('hostile');
  expect(await laptop.log('hostile')).toBe(
    'CapEff:\t0000000000000000\nthe system stays read-only\nso do the settings of the kernel\nand no other process table can be mounted\nHOME HOSTNAME PATH PWD TASKWRIGHT_ISOLATED TMPDIR \n',
  );
  await laptop.stop();
});

test('an unknown image is an ErrImagePull that says how to name a command for it', async () => {
  const laptop = await Laptop.start({ isolation: 'path-mapping' });
  await laptop.pod('unknown', '', {}, { image: 'acme/agent:1' });
  const pod = await laptop.until('unknown', (found) => statusOf(found)?.state.waiting?.reason === 'ErrImagePull');
  expect(statusOf(pod)!.state.waiting!.message).toContain('image "acme/agent:1" is not known on this machine');
  await laptop.stop();
});

function followed(laptop: Laptop, name: string): AsyncIterator<Buffer> {
  async function* blocks() {
    await laptop.until(name, (pod) => statusOf(pod)?.state.running !== undefined);
    yield* laptop.engine.client.logs({ namespace: NAMESPACE, name, follow: true });
  }
  return blocks();
}

async function rest(log: AsyncIterator<Buffer>): Promise<string> {
  let text = '';
  for (let next = await log.next(); !next.done; next = await log.next()) text += next.value.toString();
  return text;
}

function entryPoint(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'entry-point-')), 'entrypoint');
  writeFileSync(path, '#!/bin/sh\necho "prompt: $1"\n');
  chmodSync(path, 0o755);
  return path;
}
