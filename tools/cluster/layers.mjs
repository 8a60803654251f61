/** Layers of images as tar files, each made once for the same inputs and kept in the user's cache; and the archive, as of `docker save`, that they are in. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { nodeBinary } from '../bootstrap.mjs';
import { BuildError, SetupError } from '../setup-error.mjs';

/** What nobody asked for that long is deleted: every change of the sources leaves 30 MB. */
const KEPT_MS = 24 * 3_600_000;
const LIMITS = { encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 600_000 };
const SAID_AT_MOST = 10_000;

export class Layers {
  #cache;

  constructor(env) {
    this.#cache = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'taskwright', 'node-images');
    mkdirSync(this.#cache, { recursive: true });
  }

  /** `{ file, digest }` of the layer. `fill` gets an empty folder to put it into, unless the layer of these `inputs` (strings) is there. */
  async add(name, inputs, fill) {
    const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
    // The digest is part of the name, so that it is known without reading the file.
    const kept = this.#files().find((file) => file.startsWith(`${name}-${key}-`));
    const file = kept ?? await this.#make(name, key, fill);
    utimesSync(join(this.#cache, file), new Date(), new Date());
    return { file, digest: `sha256:${file.slice(`${name}-${key}-`.length, -'.tar'.length)}` };
  }

  /** The arguments of `tar -c` for images, `{ name, layers, config }`; their manifest and configurations are written into the folder. Layers of the cache are not copied. */
  archiveOf(images, folder) {
    const configs = images.map(({ layers, config }) => {
      const text = JSON.stringify({
        architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux', created: '1970-01-01T00:00:00Z', config,
        rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
        history: layers.map(({ file }) => ({ created: '1970-01-01T00:00:00Z', created_by: file })),
      });
      const file = `${createHash('sha256').update(text).digest('hex')}.json`;
      writeFileSync(join(folder, file), text);
      return file;
    });
    const manifest = images.map(({ name, layers }, index) => ({ Config: configs[index], RepoTags: [name], Layers: layers.map(({ file }) => file) }));
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    this.#forget();
    return ['-C', folder, 'manifest.json', ...new Set(configs), '-C', this.#cache, ...new Set(images.flatMap(({ layers }) => layers.map(({ file }) => file)))];
  }

  async #make(name, key, fill) {
    const folder = mkdtempSync(join(this.#cache, `${name}.making-`));
    try {
      const at = join(folder, 'files');
      mkdirSync(at);
      await fill(at);
      const made = join(folder, 'layer.tar');
      run('tar', ['--sort=name', '--mtime=@0', '--numeric-owner', '-cf', made, '-C', at, '.']);
      const file = `${name}-${key}-${run('sha256sum', [made]).split(' ')[0]}.tar`;
      renameSync(made, join(this.#cache, file));
      return file;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #files() {
    return readdirSync(this.#cache);
  }

  #forget() {
    for (const file of this.#files()) {
      const path = join(this.#cache, file);
      if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > KEPT_MS) rmSync(path, { recursive: true, force: true });
    }
  }
}

/** An input of a layer: files, and folders with all that is in them, by their content. */
export function contentOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const inside = statSync(path).isDirectory() ? readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort() : [path];
    for (const file of inside) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** An input of a layer: programs of the machine, by size and time, since they are large. */
export function stateOf(paths) {
  return paths.map((path) => {
    const { size, mtimeMs } = statSync(path);
    return [path, size, mtimeMs];
  });
}

/** What a program of the machine printed; it may take 10 minutes. **Errors** {@link SetupError} with what it said. */
export function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { ...LIMITS, ...options });
  if (error || status !== 0) throw new SetupError(`images: ${command} ${args[0]} failed: ${error?.message ?? `${stderr}${stdout}`.trim().slice(-SAID_AT_MOST)}`);
  return stdout;
}

/**
 * Runs a script of this repository on our Node, which makes something of our sources; it may take 10 minutes.
 *
 * **Errors** {@link BuildError} with what it said when it refused them; {@link SetupError} when it could not run, or was ended from outside.
 */
export function build(args, options = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(nodeBinary, args, { ...LIMITS, ...options });
  const what = `images: node ${args.join(' ')}`;
  if (error || signal !== null) throw new SetupError(`${what} did not end by itself: ${error?.message ?? signal}`);
  if (status !== 0) throw new BuildError(`${what} failed with exit code ${status}:\n${`${stderr}${stdout}`.trim().slice(0, SAID_AT_MOST)}`);
}
