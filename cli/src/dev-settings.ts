import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CommandError } from './io.ts';

const FILE = 'taskwright.dev.yaml';

const settingsSchema = z.strictObject({
  /** Repository URL, as the program says it → folder of a clone that is served in its place. Agents never push to the real one. */
  repositories: z.record(z.string().min(1), z.string().min(1)).default({}),
  /** Image name, without tag → executable that is its entrypoint on this machine. */
  images: z.record(z.string().min(1), z.string().min(1)).default({}),
  /** Module that exports `turns`: what the model says when this machine has no key for a real one. */
  model: z.string().min(1).optional(),
});

/** What `taskwright dev` puts in the place of things a cluster would offer. Paths are absolute. */
export type DevSettings = z.infer<typeof settingsSchema>;

/** Reads `taskwright.dev.yaml` beside the program. A program without one stands in for nothing. */
export async function readDevSettings(folder: string): Promise<DevSettings> {
  const file = join(folder, FILE);
  if (!existsSync(file)) return settingsSchema.parse({});
  const result = settingsSchema.safeParse(parse(await readFile(file, 'utf8'), { maxAliasCount: 0 }) ?? {});
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => `${file}: ${path.join('.') || 'file'}: ${message}`);
    throw new CommandError(problems.join('\n'));
  }
  const { repositories, images, model } = result.data;
  const absolute = (paths: Record<string, string>) => Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, resolve(folder, path)]));
  return { repositories: absolute(repositories), images: absolute(images), ...(model !== undefined && { model: resolve(folder, model) }) };
}
