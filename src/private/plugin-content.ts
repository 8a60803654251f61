import type { Plugin } from '../plugin';
import { duplicatesOf } from './names';
import { type Problem, quote } from './problem';
import { SKILLS_PLUGIN } from './reserved-names';

/** What all plugins of one Task may hold together, in bytes: they travel in one ConfigMap, and etcd takes 1 MiB. */
const LARGEST_CONTENT = 900 * 1024;

/** Checks the plugins that reach one agent, be they from one AgentConfig or from several. */
export function checkPlugins(plugins: readonly Plugin[], withSkills: boolean, path: string): Problem[] {
  const problems: Problem[] = [];
  const bytes = plugins.reduce((sum, plugin) => sum + plugin._bytes, 0);
  if (bytes > LARGEST_CONTENT) {
    problems.push({ code: 'too-big', path, got: `${bytes} bytes of skills and agents`, allowed: `at most ${LARGEST_CONTENT} for a Task`, fix: 'move the larger part into a package and add it as a Skill' });
  }
  for (const name of duplicatesOf(plugins.map((plugin) => plugin.name))) {
    problems.push({ code: 'duplicate', path, got: quote(name), fix: 'rename one of the plugins or merge them' });
  }
  if (withSkills && plugins.some((plugin) => plugin.name === SKILLS_PLUGIN)) {
    problems.push({ code: 'reserved-name', path, got: quote(SKILLS_PLUGIN), allowed: 'packages of skills are installed under it', fix: 'rename the plugin' });
  }
  return problems;
}
