import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies what the ConfigMap volume shows into the plugin directory.
 *
 * A ConfigMap volume is a farm of symbolic links into a directory named `..<time>`: the links are followed, names with two dots left out.
 */
export async function copyPlugins(sourceDir: string, pluginDir: string): Promise<void> {
  const names = await readdir(sourceDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []; // no plugins, no volume
    throw error;
  });
  if (names.length === 0) return;
  await mkdir(pluginDir, { recursive: true });
  for (const name of names.filter((candidate) => !candidate.startsWith('..'))) {
    await cp(join(sourceDir, name), join(pluginDir, name), { recursive: true, dereference: true, force: true });
  }
}
