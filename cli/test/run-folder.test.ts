import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunFolder, latestRunFolder } from '../src/run-folder.ts';
import { folderWith } from './a-terminal.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

test('the newest run is the latest, and the ten newest are kept', async () => {
  const data = folderWith({});
  expect(await latestRunFolder(data, data)).toBeUndefined();
  for (let second = 0; second < 12; second += 1) await createRunFolder(data, at(second), folderWith({}));
  expect((await latestRunFolder(data, data))?.path).toBe(join(data, 'runs', '2026-01-01T00-00-11-000Z'));
  expect(readdirSync(join(data, 'runs'))).toHaveLength(10);
  expect(readdirSync(data).sort()).toEqual(['.gitignore', 'latest', 'runs']);
});

test('nobody else can read a run, and git does not see it', async () => {
  const data = join(folderWith({}), '.taskwright');
  const { path, repositories } = await createRunFolder(data, at(0), folderWith({}));
  expect([join(data, 'runs'), path, repositories].map((folder) => statSync(folder).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
  expect(readFileSync(join(data, '.gitignore'), 'utf8')).toBe('*\n');
});

test("what a stranger's repository put into the folder is neither followed nor removed", async () => {
  const folder = folderWith({ 'mine/profile': 'mine' });
  const data = join(folder, '.taskwright');
  mkdirSync(join(data, 'runs', 'documents'), { recursive: true });
  symlinkSync(join(folder, 'mine/profile'), join(data, '.gitignore'));
  for (let second = 0; second < 12; second += 1) await createRunFolder(data, at(second), folderWith({}));
  expect(readFileSync(join(folder, 'mine/profile'), 'utf8')).toBe('mine');
  expect(lstatSync(join(data, '.gitignore')).isSymbolicLink()).toBe(true);
  expect(readdirSync(join(data, 'runs'))).toContain('documents');

  const other = join(folder, 'other');
  mkdirSync(other);
  symlinkSync(folder, join(other, 'runs'));
  await expect(createRunFolder(other, at(0), folderWith({}))).rejects.toThrow(/runs: is a link to somewhere else.*--data$/);
});

test("what containers leave is not in the project, whose tools would run it, and goes with its run", async () => {
  const project = folderWith({});
  const home = folderWith({});
  const data = join(project, '.taskwright');
  for (let second = 0; second < 12; second += 1) {
    const { dataDir } = await createRunFolder(data, at(second), home);
    expect(dataDir.startsWith(`${home}/`)).toBe(true);
    mkdirSync(dataDir);
  }
  expect(readdirSync(home)).toHaveLength(10);
  symlinkSync(project, join(home, 'another-way'));
  expect((await latestRunFolder(join(home, 'another-way', '.taskwright'), home))?.dataDir).toBe((await latestRunFolder(data, home))?.dataDir);
});

test('two runs that start in one moment have a folder each', async () => {
  const data = folderWith({});
  const runs = await Promise.all([1, 2].map(() => createRunFolder(data, at(0), folderWith({}))));
  expect(new Set(runs.map(({ path }) => path)).size).toBe(2);
});

test('an agent that a killed run left running does not outlive the start of the next run', async (context) => {
  if (process.platform !== 'linux') return context.skip('processes are not files here');
  const [data, home] = [folderWith({}), folderWith({})];
  const { dataDir } = await createRunFolder(data, at(0), home);
  const agentHome = join(dataDir, 'pods', 'uid', 'containers', 'agent', '0', 'home');
  mkdirSync(agentHome, { recursive: true });
  const agent = spawn('sleep', ['86399'], { env: { PATH: process.env.PATH, HOME: agentHome } });
  writeFileSync(join(dataDir, 'engine.json'), JSON.stringify({ pid: process.ppid, began: 'before the machine was started' }));
  const ended = once(agent, 'exit');
  await createRunFolder(data, at(1), home);
  expect(await ended).toEqual([null, 'SIGKILL']);
});
