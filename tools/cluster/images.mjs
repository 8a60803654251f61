/**
 * The images of this repository without a registry and without a builder: the machine's own programs, the code compiled as
 * `images/Dockerfile` compiles it, and the agents' own programs from the cache. For a node of our own; users build from the Dockerfiles.
 *
 * What an image says about itself (user, entry point, environment) is read from its Dockerfile, so a mistake there shows here.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { nodeBinary, root } from '../bootstrap.mjs';
import { BuildError, SetupError } from '../setup-error.mjs';
import { Layers, build, contentOf, run, stateOf } from './layers.mjs';

/** As what an image is imported. Never `latest`, which a kubelet asks a registry for. */
const nameOf = (image) => `ghcr.io/taskwright/${image}:test`;
/** The tools with an agent of ten lines of shell on top, as a user would derive one. */
export const CUSTOM_IMAGE = 'example.com/shell-agent:1';
/** The container that holds a Pod's namespaces: it only has to sleep. */
export const PAUSE_IMAGE = 'localhost/pause:test';

const AGENT_ID = 61100;
/** The packages that an image holds, and what they are compiled from. */
const COMPILED = ['schema', 'runtime'];
const SOURCES = ['package.json', 'tsconfig.build.json', 'src'];
/** What they need of the constructs: what `images/Dockerfile` copies of them. */
const CONSTRUCTS = ['package.json', 'tsconfig.json', ...constructsOf(readFileSync(join(root, 'images/Dockerfile'), 'utf8'))];
/** What the agent program imports. */
const AGENT_PACKAGES = ['ajv', 're2js', 'zod'];
/** What a Pod's programs call, of what the base image of Debian and `images/Dockerfile` have. */
const PROGRAMS = [
  ...['bash', 'sh', 'grep', 'sed', 'awk', 'find', 'xargs', 'tar', 'git', 'tini', 'ps'],
  ...'base64 basename cat chmod chown cp cut date dd dirname echo env expr false head id install ln ls mkdir mktemp mv nproc printenv printf pwd readlink realpath rm rmdir seq sleep sort stat tail tee test touch tr true uname uniq wc whoami'.split(' '),
];
const PASSWD = `root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\nagent:x:${AGENT_ID}:${AGENT_ID}::/home/agent:/bin/bash\n`;

/**
 * Makes all images and returns their names, and the arguments by which `tar` makes the archive of them for `ctr images import`. What did not change since the
 * last time is taken from the user's cache. What is not cached goes into `folder`.
 *
 * `agents` are those that npm has, by type: their `command`, and the `directory` that {@link import('../../runtime/src/embedded/agent-images.ts').installAgent}
 * made. `scripts` are programs by their text: `customAgent`, an agent of a user's own, and `cursor`, a stand-in for the program that npm does not have.
 *
 * **Errors** {@link BuildError} when what we made is broken, {@link SetupError} when the machine cannot.
 */
export async function writeImages({ folder, agents, scripts, env }) {
  mustExist(CONSTRUCTS, root);
  const layers = new Layers(env);
  const workspace = new Workspace();
  try {
    const here = contentOf(['tools/cluster/images.mjs', 'tools/cluster/layers.mjs'].map(inRoot));
    const sources = contentOf([...CONSTRUCTS, 'package-lock.json', ...COMPILED.flatMap((name) => SOURCES.map((part) => join(name, part)))].map(inRoot));
    const programs = [...PROGRAMS.map(placeOf), nodeBinary, run('git', ['--exec-path']).trim()];
    const base = await layers.add('base', [here, stateOf(programs)], fillBase);
    const operator = await layers.add('operator', [here, sources, contentOf([inRoot('tools/bundle-operator.mjs')])], fillOperator);
    const tools = await layers.add('agent-tools', [here, sources, contentOf([inRoot('images/agent-tools')])], (at) => fillAgentTools(at, workspace.compiled));
    const pause = await layers.add('pause', [here, stateOf([placeOf('busybox')])], fillPause);
    const toolsConfig = configOf('images/Dockerfile', 'agent-tools');
    const images = [
      { name: PAUSE_IMAGE, layers: [pause], config: { Entrypoint: ['/bin/busybox', 'sleep', '2147483647'] } },
      { name: nameOf('runtime'), layers: [base, operator], config: configOf('images/Dockerfile', 'runtime') },
      { name: nameOf('agent-tools'), layers: [base, tools], config: toolsConfig },
    ];
    const custom = await layers.add('custom', [here, scripts.customAgent], (at) => write(at, 'kelos_entrypoint.sh', scripts.customAgent, 0o755));
    images.push({ name: CUSTOM_IMAGE, layers: [base, tools, custom], config: toolsConfig });
    const addAgent = async (type, program, fill) => {
      const agent = await layers.add(type, [here, program, contentOf([inRoot('images/agent-tools')])], (at) => {
        fill(at);
        write(at, 'kelos_entrypoint.sh', readFileSync(inRoot('images/agent-tools/kelos_entrypoint.sh')), 0o755);
      });
      images.push({ name: nameOf(type), layers: [base, tools, agent], config: configOf(`images/${type}/Dockerfile`, undefined, toolsConfig) });
    };
    for (const [type, { directory, command }] of Object.entries(agents)) {
      await addAgent(type, stateOf([join(directory, 'node_modules', '.bin', command)]), (at) => fillAgent(at, directory, command));
    }
    await addAgent('cursor', scripts.cursor, (at) => write(at, 'opt/agent/bin/agent', scripts.cursor, 0o755));
    return { names: images.map(({ name }) => name), archive: layers.archiveOf(images, folder) };
  } finally {
    workspace.remove();
  }
}

/** The files of the constructs that a Dockerfile copies. */
export function constructsOf(dockerfile) {
  return [...dockerfile.matchAll(/^COPY (src\/.+) \S+$/gm)].flatMap(([, sources]) => sources.split(' '));
}

/** A builder of images would stop at the first that is not there, and so would a user's. */
export function mustExist(files, folder) {
  const missing = files.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) throw new BuildError(`images/Dockerfile copies what does not exist: ${missing.join(', ')}; name what took its place, or leave it out`);
}

/** Where the sources are compiled, once and only if a layer wants it. */
class Workspace {
  #folder;

  get compiled() {
    if (this.#folder === undefined) compile(this.#folder = mkdtempSync(join(tmpdir(), 'taskwright-compiled-')));
    return this.#folder;
  }

  remove() {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

function fillBase(at) {
  for (const folder of ['bin', 'etc/ssl/certs', 'home', 'root', 'tmp', 'usr/bin', 'usr/local/bin', 'var/tmp']) mkdirSync(join(at, folder), { recursive: true });
  run('chmod', ['1777', join(at, 'tmp'), join(at, 'var/tmp')]);
  write(at, 'etc/passwd', PASSWD);
  write(at, 'etc/group', `root:x:0:\nnogroup:x:65534:\nagent:x:${AGENT_ID}:\n`);
  write(at, 'etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n');
  cpSync('/etc/ssl/certs/ca-certificates.crt', join(at, 'etc/ssl/certs/ca-certificates.crt'), { dereference: true });
  // glibc's own, which shells are started with; without it they warn in every output.
  if (existsSync('/usr/lib/locale/C.utf8')) cpSync('/usr/lib/locale/C.utf8', join(at, 'usr/lib/locale/C.utf8'), { recursive: true });
  if (existsSync('/usr/share/git-core')) cpSync('/usr/share/git-core', join(at, 'usr/share/git-core'), { recursive: true });
  const files = PROGRAMS.map((program) => placeOf(program));
  for (const [index, file] of files.entries()) copyProgram(at, file, join('usr/bin', PROGRAMS[index]));
  symlinkSync('../usr/bin/bash', join(at, 'bin/bash'));
  symlinkSync('../usr/bin/sh', join(at, 'bin/sh'));
  copyProgram(at, nodeBinary, 'usr/local/bin/node');
  const core = run('git', ['--exec-path']).trim();
  for (const helper of ['git-remote-http', 'git-sh-setup', 'git-sh-i18n', 'git-submodule']) copyProgram(at, join(core, helper), join(core, helper));
  symlinkSync('git-remote-http', join(at, core, 'git-remote-https'));
  for (const builtin of ['git', 'git-upload-pack', 'git-receive-pack']) symlinkSync('/usr/bin/git', join(at, core, builtin));
  const libraries = new Set([...files, nodeBinary, join(core, 'git-remote-http')].flatMap(librariesOf));
  for (const library of libraries) copyProgram(at, library, library);
}

function fillPause(at) {
  copyProgram(at, placeOf('busybox'), 'bin/busybox');
}

/** The same files as the stage `operator` of the Dockerfile makes. */
function fillOperator(at) {
  build([inRoot('tools/bundle-operator.mjs'), join(at, 'taskwright/operator.mjs')]);
}

/** The same files as the stage `agent` of the Dockerfile copies. */
function fillAgentTools(at, compiled) {
  const home = join(at, 'taskwright');
  cpSync(join(compiled, 'runtime/lib/agent'), join(home, 'lib/agent'), { recursive: true });
  mkdirSync(join(home, 'lib/kube'), { recursive: true });
  cpSync(join(compiled, 'runtime/lib/kube/clock.js'), join(home, 'lib/kube/clock.js'));
  for (const place of packagesOf('runtime', AGENT_PACKAGES)) cpSync(join(root, place), join(home, 'node_modules', place.split('node_modules/').at(-1)), { recursive: true, dereference: true });
  cpSync(join(root, 'runtime/package.json'), join(home, 'package.json'));
  write(at, 'taskwright/agent', readFileSync(join(root, 'images/agent-tools/agent')), 0o755);
  write(at, 'usr/local/bin/gh', readFileSync(join(root, 'images/agent-tools/gh')), 0o755);
  for (const folder of ['workspace', 'kelos/plugin', 'home/agent/.local/bin']) mkdirSync(join(at, folder), { recursive: true });
  run('chown', ['-R', `${AGENT_ID}:${AGENT_ID}`, 'workspace', 'kelos', 'home/agent'], { cwd: at });
}

/** Where the Dockerfiles have an agent. A program that stands alone is copied alone, one that is run by Node with the packages around it. */
function fillAgent(at, directory, command) {
  const program = join(directory, 'node_modules', '.bin', command);
  const take = (from, to) => {
    mkdirSync(dirname(join(at, to)), { recursive: true });
    // As links, where the cache is one file system: it is up to 400 MB.
    if (spawnSync('cp', ['-al', from, join(at, to)]).status !== 0) run('cp', ['-a', from, join(at, to)]);
  };
  if (isBinary(program)) {
    take(realpathSync(program), join('opt/agent/bin', command));
    for (const library of librariesOf(program)) copyProgram(at, library, library);
    return;
  }
  take(join(directory, 'node_modules'), 'opt/agent/lib/node_modules');
  mkdirSync(join(at, 'opt/agent/bin'));
  symlinkSync(join('../lib/node_modules/.bin', command), join(at, 'opt/agent/bin', command));
}

function isBinary(file) {
  const handle = openSync(file);
  try {
    const start = Buffer.alloc(4);
    readSync(handle, start);
    return start.toString('latin1') === '\x7fELF';
  } finally {
    closeSync(handle);
  }
}

/** What the build stage of the Dockerfile does, on a copy: the tree stays as it is. */
function compile(at) {
  mkdirSync(join(at, 'node_modules/@taskwright'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) if (name !== '@taskwright' && name !== 'cdk8s-taskwright') symlinkSync(join(root, 'node_modules', name), join(at, 'node_modules', name));
  symlinkSync('..', join(at, 'node_modules/cdk8s-taskwright'));
  for (const name of COMPILED) {
    symlinkSync(`../../${name}`, join(at, 'node_modules/@taskwright', name));
    for (const part of SOURCES) cpSync(join(root, name, part), join(at, name, part), { recursive: true });
  }
  const nested = join(root, 'runtime/node_modules');
  if (existsSync(nested)) symlinkSync(nested, join(at, 'runtime/node_modules'));
  for (const part of CONSTRUCTS) cpSync(join(root, part), join(at, part), { recursive: true });
  build([join(root, 'node_modules/typescript/bin/tsc')], { cwd: at });
  build([join(root, 'node_modules/typescript/bin/tsc'), '--build', 'schema/tsconfig.build.json', 'runtime/tsconfig.build.json'], { cwd: at });
}

/** The places of these packages of a workspace, and of all that those need, as the lock file has them. */
function packagesOf(workspace, names) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const found = new Set();
  const visit = (from, wanted) => {
    for (const name of wanted) {
      const place = nearest(packages, from, name);
      if (place === undefined || packages[place].link || found.has(place) || !existsSync(join(root, place))) continue;
      found.add(place);
      visit(place, Object.keys(packages[place].dependencies ?? {}));
    }
  };
  visit(workspace, names);
  return found;
}

function nearest(packages, from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder === '.' ? '' : folder, 'node_modules', name);
    if (packages[place]) return place;
    if (folder === '.') return undefined;
  }
}

/** `ENV`, `WORKDIR`, `USER` and `ENTRYPOINT` of the stage, or of the last one. */
function configOf(dockerfile, stage, inherited = {}) {
  const text = readFileSync(join(root, dockerfile), 'utf8');
  const stages = text.split(/^(?=FROM )/m).slice(1);
  const body = stage === undefined ? stages.at(-1) : stages.find((candidate) => candidate.split('\n')[0].endsWith(` AS ${stage}`));
  if (body === undefined) throw new BuildError(`${dockerfile}: there is no stage ${stage}`);
  const last = (instruction) => [...body.matchAll(new RegExp(`^${instruction} (.+)$`, 'gm'))].at(-1)?.[1];
  const before = inherited.Env ?? ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  const path = before.find((setting) => setting.startsWith('PATH=')).slice('PATH='.length);
  // Several in one line are apart by a space, and none of ours has one in it.
  const env = [...body.matchAll(/^ENV (.+)$/gm)].flatMap(([, settings]) => settings.split(' ')).map((setting) => setting.replace('$PATH', path));
  const named = (setting) => setting.split('=')[0];
  return {
    Env: [...before.filter((setting) => !env.map(named).includes(named(setting))), ...env],
    WorkingDir: last('WORKDIR') ?? inherited.WorkingDir ?? '/',
    User: last('USER') ?? inherited.User ?? '',
    Entrypoint: JSON.parse(last('ENTRYPOINT') ?? 'null') ?? inherited.Entrypoint,
  };
}

/** Follows links: what is copied is a file. A link that is named like a program is what decides how it behaves, so names stay. */
function copyProgram(at, from, to) {
  const target = join(at, to);
  mkdirSync(dirname(target), { recursive: true });
  if (!existsSync(target)) cpSync(realpathSync(from), target);
}

function librariesOf(file) {
  const { stdout } = spawnSync('ldd', [realpathSync(file)], { encoding: 'utf8' });
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, library]) => library);
}

function placeOf(program) {
  const place = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin'].map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (place === undefined) throw new SetupError(`images: this machine has no ${program}; apt-get install ${basename(program) === 'tini' ? 'tini' : basename(program) === 'busybox' ? 'busybox-static' : program}`);
  return place;
}

function write(at, path, content, mode = 0o644) {
  mkdirSync(dirname(join(at, path)), { recursive: true });
  writeFileSync(join(at, path), content, { mode });
}

function inRoot(path) {
  return join(root, path);
}
