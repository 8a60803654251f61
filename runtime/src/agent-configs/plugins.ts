import { JobBuildError } from '../tasks/job-build-error.ts';
import { entryNameFault } from './entry-name.ts';
import type { MergedConfig } from './merge.ts';
import { SKILLS_PLUGIN } from './skills.ts';

/** The files of all plugins, as a ConfigMap carries them: its keys may hold no slash, so each has an item with its path. */
export interface PluginFiles {
  readonly data: Readonly<Record<string, string>>;
  readonly items: readonly { readonly key: string; readonly path: string }[];
}

/** A ConfigMap may hold 1 MiB together with its metadata; this leaves room for that. */
export const PLUGIN_CONTENT_LIMIT_BYTES = 900 * 1024;

/** Throws when a name cannot be a file name, or when the whole does not fit. */
export function pluginFiles({ plugins, skills }: Pick<MergedConfig, 'plugins' | 'skills'>): PluginFiles {
  const data: Record<string, string> = {};
  const items: { key: string; path: string }[] = [];
  const add = (key: string, path: string, content: string) => {
    data[key] = content;
    items.push({ key, path });
  };

  for (const [p, plugin] of plugins.entries()) {
    check('plugin', plugin.name);
    if (plugin.name === SKILLS_PLUGIN && skills.length > 0) {
      throw new JobBuildError(`invalid plugin configuration: plugin name "${SKILLS_PLUGIN}" is reserved for skills.sh packages when spec.skills is set`);
    }
    for (const [s, skill] of (plugin.skills ?? []).entries()) {
      check('skill', skill.name);
      add(`p${p}-s${s}`, `${plugin.name}/skills/${skill.name}/SKILL.md`, skill.content);
    }
    for (const [a, agent] of (plugin.agents ?? []).entries()) {
      check('agent', agent.name);
      add(`p${p}-a${a}`, `${plugin.name}/agents/${agent.name}.md`, agent.content);
    }
  }

  const bytes = Object.values(data).reduce((total, content) => total + Buffer.byteLength(content), 0);
  if (bytes > PLUGIN_CONTENT_LIMIT_BYTES) {
    throw new JobBuildError(
      `plugin content totals ${bytes} bytes, exceeding the ${PLUGIN_CONTENT_LIMIT_BYTES} byte ConfigMap budget; reduce skill/agent content size`,
      'plugin ConfigMap',
    );
  }
  return { data, items };
}

function check(kind: 'plugin' | 'skill' | 'agent', name: string): void {
  const fault = entryNameFault(kind, name);
  if (fault) throw new JobBuildError(`invalid plugin configuration: ${fault}`);
}
