import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { configMaps } from '../contract/connection.ts';
import { aWidget, defineWidgets, widgets, type Widget } from '../contract/widget.ts';

/** A record is cut at every so many bytes: each cut is a restart, and a restart waits for the disk. */
const CUT_STEP = 23;

const directories: string[] = [];

function newStateFile(): string {
  const directory = mkdtempSync(join(tmpdir(), 'state-file-'));
  directories.push(directory);
  return join(directory, 'state');
}

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function start(stateFile: string) {
  const server = new ApiServer({ clock: new VirtualClock(), stateFile });
  return { server, transport: server.transport, client: new KubeClient(server.transport, { userAgent: 'test/1.0' }), namespace: async () => 'default' };
}

const configMap = (name: string, text = ''): KubeObject & { data: Record<string, string> } => ({ metadata: { namespace: 'default', name }, data: { text } });
const names = async ({ client }: { client: KubeClient }) => (await client.list(configMaps, { namespace: 'default' })).items.map(({ metadata }) => metadata.name);

test('a restarted server has the same objects, and its resourceVersions go on', async () => {
  const file = newStateFile();
  const first = start(file);
  await first.client.create(configMaps, configMap('kept', '<a>\n\u2028'));
  await first.client.create(configMaps, configMap('gone'));
  await first.client.delete(configMaps, { namespace: 'default', name: 'gone' });
  const before = await first.client.list(configMaps, {});
  await first.server.close();

  const second = start(file);
  expect(await second.client.list(configMaps, {})).toEqual(before);
  const next = await second.client.create(configMaps, configMap('next'));
  expect(Number(next.metadata.resourceVersion)).toBe(Number(before.metadata.resourceVersion) + 1);
  await second.server.close();
});

test('a server that was killed loses nothing that was answered', async () => {
  const file = newStateFile();
  const first = start(file);
  await first.client.create(configMaps, configMap('one'));
  const second = start(file);
  expect(await names(second)).toEqual(['one']);
});

test('custom kinds are served again after a restart, with their objects', async () => {
  const file = newStateFile();
  const first = start(file);
  await defineWidgets(first);
  await first.client.create(widgets, aWidget('default'));
  await first.server.close();
  const found = await start(file).client.get<Widget>(widgets, { namespace: 'default', name: 'one' });
  expect(found.spec).toEqual({ size: 3, color: 'red' });
});

test('a last record that was cut off anywhere is dropped, and nothing before it', async () => {
  const file = newStateFile();
  const first = start(file);
  await first.client.create(configMaps, configMap('one'));
  const whole = readFileSync(file).length;
  await first.client.create(configMaps, configMap('two'));
  await first.server.close();
  const bytes = readFileSync(file);
  for (let length = whole; length < bytes.length; length += CUT_STEP) {
    writeFileSync(file, bytes);
    truncateSync(file, length);
    const second = start(file);
    expect(await names(second)).toEqual(['one']);
    await second.server.close();
  }
});

test('a file that is damaged in the middle is refused and left as it is', async () => {
  const file = newStateFile();
  await start(file).server.close();
  appendFileSync(file, 'nonsense\n{"r":9}\n');
  const before = readFileSync(file, 'utf8');
  expect(() => start(file)).toThrow(/line \d+: is damaged/);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('a file of something else is refused and left as it is', () => {
  const file = newStateFile();
  writeFileSync(file, 'my diary\n');
  expect(() => start(file)).toThrow('line 1: is no state file');
  expect(readFileSync(file, 'utf8')).toBe('my diary\n');
});

test('a watch from before the restart is told that it is too old', async () => {
  const file = newStateFile();
  const first = start(file);
  const { metadata: { resourceVersion } } = await first.client.create(configMaps, configMap('one'));
  await first.client.create(configMaps, configMap('two'));
  await first.server.close();
  const [event] = await Array.fromAsync(start(file).client.watch(configMaps, { resourceVersion: resourceVersion! }));
  expect(event).toMatchObject({ type: 'ERROR', object: { code: 410 } });
});
