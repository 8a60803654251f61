import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StepError } from './step-error.ts';

/** One skill or one agent of a plugin. */
export interface PluginEntry {
  readonly plugin: string;
  readonly name: string;
  /** The directory of a skill, the file of an agent. */
  readonly path: string;
}

/** The plugins in a directory, by name. None where there is no directory. */
export async function pluginsIn(pluginDir: string): Promise<string[]> {
  const entries = await readdir(pluginDir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
}

/** Every skill: a directory `<plugin>/skills/<skill>` with a `SKILL.md`. */
export function skillsIn(pluginDir: string): Promise<PluginEntry[]> {
  return entriesIn(pluginDir, 'skills', (name, path) => (existsSync(join(path, 'SKILL.md')) ? name : undefined));
}

/** Every agent: a file `<plugin>/agents/<agent>.md`. */
export function agentsIn(pluginDir: string): Promise<PluginEntry[]> {
  return entriesIn(pluginDir, 'agents', (name) => (name.endsWith('.md') ? name.slice(0, -'.md'.length) : undefined));
}

/** The same, for agents that know no plugins. **Errors:** `StepError` when two plugins have one of the same name. */
export async function distinctAgentsIn(pluginDir: string): Promise<PluginEntry[]> {
  const agents = await agentsIn(pluginDir);
  for (const { plugin, name } of agents) {
    const other = agents.find((one) => one.name === name && one.plugin !== plugin);
    if (other !== undefined) throw new StepError(`agents: plugins ${JSON.stringify(plugin)} and ${JSON.stringify(other.plugin)} both have ${JSON.stringify(name)}; rename one of them`);
  }
  return agents;
}

const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/;

/** What an agent's file says: the description of its front matter, on one line, and the instructions below. */
export function readAgentFile(text: string): { readonly description: string; readonly instructions: string } {
  const [all = '', matter = ''] = FRONT_MATTER.exec(text) ?? [];
  const [, first = '', more = ''] = /^description:[ \t]*(.*)((?:\r?\n[ \t]+.*)*)/m.exec(matter) ?? [];
  const description = `${/^[>|][+-]?$/.test(first) ? '' : first} ${more}`.replace(/\s+/g, ' ').trim().replace(/^(['"])(.*)\1$/, '$2');
  return { description, instructions: text.slice(all.length).trim() };
}

async function entriesIn(pluginDir: string, folder: string, nameOf: (file: string, path: string) => string | undefined): Promise<PluginEntry[]> {
  const found: PluginEntry[] = [];
  for (const plugin of await pluginsIn(pluginDir)) {
    for (const file of (await readdir(join(pluginDir, plugin, folder)).catch(() => [])).sort()) {
      const path = join(pluginDir, plugin, folder, file);
      const name = nameOf(file, path);
      if (name !== undefined) found.push({ plugin, name, path });
    }
  }
  return found;
}

/**
 * Copies every skill, references included, to `<directory>/<plugin>:<skill>`, for agents that know skills and not plugins. An earlier copy is replaced.
 *
 * **Errors:** `StepError` when two skills come to the same name.
 */
export async function copySkills(pluginDir: string, directory: string): Promise<void> {
  const copied = new Map<string, string>();
  for (const { plugin, name, path } of await skillsIn(pluginDir)) {
    const target = `${plugin}:${name}`;
    const other = copied.get(target);
    if (other !== undefined) throw new StepError(`skills: ${JSON.stringify(other)} and ${JSON.stringify(`${plugin}/${name}`)} both become ${JSON.stringify(target)}; rename one of them`);
    copied.set(target, `${plugin}/${name}`);
    await mkdir(directory, { recursive: true });
    await rm(join(directory, target), { recursive: true, force: true });
    await cp(path, join(directory, target), { recursive: true, dereference: true });
  }
}
