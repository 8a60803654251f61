/**
 * `npm test`: installs what is missing, then runs every check that this machine can run and says what it skipped and why.
 * One failing check does not hide the others.
 *
 * In CI, and with `npm test -- --all`, it builds Kubernetes where it is not built yet and starts a node: what takes minutes more.
 * `npm test -- kube/queue` is the inner loop: its arguments go to vitest, and nothing else runs.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, ensureCompiled, ensureInstalled, nodeBinary, root, runMain, toolEnvironment } from './bootstrap.mjs';
import { buildPrograms, findPrograms } from './cluster/programs.mjs';
import { runControlPlaneSuites, runNodeSuites } from './cluster/suites.mjs';
import { runPythonSuites } from './python/binding.mjs';
import { ensurePython } from './python/interpreter.mjs';
import { BuildError, whyNotHere } from './setup-error.mjs';

const { env } = process;
const colour = process.stdout.isTTY && !env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
const [red, green, yellow, dim] = [31, 32, 33, 2].map(paint);
const print = (text = '') => process.stdout.write(`${text}\n`);
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Rows of the final table: `{ name, state: 'passed' | 'failed' | 'skipped', passed, failed, skipped, ms, why? }`. */
const rows = [];
/** Tests that passed only when they were tried again: `{ name, error }`. */
const flaky = [];
/** CI judges a change by one run on a busy machine: a failed test is tried once more there, and named at the end if that passes. */
const retry = env.CI ? ['--retry=1'] : [];

await runMain(async () => {
  const args = process.argv.slice(2);
  const thorough = Boolean(env.CI) || args.includes('--all');
  const filter = args.filter((arg) => arg !== '--all');
  ensureInstalled(print);
  if (filter.length > 0) return await innerLoop(filter);

  print(`Node ${process.versions.node} started this; the checks run on the one in node_modules, on ${availableParallelism()} cores\n`);
  const started = performance.now();
  await check('constructs compile (jsii)', () => ensureCompiled(() => {}));
  await Promise.all([
    check('types: schema, runtime, cli', () => typeCheck('tsconfig.check.json')),
    check('types: constructs and their tests', () => typeCheck('test/tsconfig.json')),
    check('lint', () => capture(['node_modules/eslint/bin/eslint.js', '.', '--max-warnings=0'])),
  ]);
  print();
  await testSuites('vitest', runVitest);
  await pythonBinding();
  await realKubernetes(thorough);

  return conclude(performance.now() - started);
});

/** Only vitest, with its own output. Tests that start the CLI or the operator need the compiled constructs, older ones will do. */
async function innerLoop(filter) {
  if (!['bundle.js', 'template/index.js'].every((file) => existsSync(join(root, 'lib', file)))) await ensureCompiled(print);
  return await runVitest(filter);
}

/** Runs one check, prints its line and, when it fails, all that it said. */
async function check(name, run) {
  const started = performance.now();
  const { ok, output, skipped } = await run();
  const row = { name, ms: performance.now() - started, passed: 0, failed: 0, skipped: 0, why: skipped };
  row.state = skipped ? 'skipped' : ok ? 'passed' : 'failed';
  row[row.state] = 1;
  rows.push(row);
  print(`${mark(row.state)} ${name.padEnd(40)} ${dim(seconds(row.ms))}${skipped ? `  ${skipped}` : ''}`);
  if (row.state === 'failed') print(`\n${output.trim()}\n`);
}

function typeCheck(project) {
  const memory = join('node_modules/.cache/taskwright', project.replaceAll('/', '-').replace('.json', '.tsbuildinfo'));
  return capture(['node_modules/typescript/bin/tsc', '-p', project, '--noEmit', '--incremental', '--tsBuildInfoFile', memory]);
}

/** Skipped only where there is no Python, or no way to what it needs. */
async function pythonBinding() {
  await suitesThatNeedMore('python', 'the Python binding', (args, told) => runPythonSuites({ interpreter: ensurePython(env, (text) => print(dim(text))), args, told }));
}

/** The suites that need a real Kubernetes. What the machine lacks for them is no failure, and is said at the end. */
async function realKubernetes(thorough) {
  if (thorough && !env.KUBE_BIN && !env.TASKWRIGHT_TEST_KUBECONFIG) await check('Kubernetes is built (test/cluster)', built);
  const { missing } = env.TASKWRIGHT_TEST_KUBECONFIG ? {} : findPrograms(env);
  await clusterSuites('control plane', missing, (args, told) => runControlPlaneSuites({ env, args, told }));
  const unasked = thorough ? undefined : 'it takes 4 minutes, Linux and root; npm run test:node runs it, and so does npm test -- --all';
  await clusterSuites('node', missing ?? unasked, (args, told) => runNodeSuites({ env, args, told, print }));
}

async function built() {
  try {
    await buildPrograms(env, (text) => print(dim(text)));
    return { ok: true };
  } catch (error) {
    const why = whyNotHere(error);
    return why === undefined ? { ok: false, output: sentenceOf(error) } : { skipped: why };
  }
}

async function clusterSuites(name, whyNot, run) {
  if (whyNot) return skip(name, whyNot);
  await suitesThatNeedMore(name, `the suites of a real ${name}`, run);
}

/** What the machine lacks for these suites skips them; whatever else keeps them from running is a failure of ours, and does not hide the others. */
async function suitesThatNeedMore(name, title, run) {
  print(`\n${title}`);
  try {
    await testSuites(`tests: ${name}`, run);
  } catch (error) {
    const why = whyNotHere(error);
    if (why !== undefined) return skip(name, why);
    print(`${mark('failed')} ${title}: nothing could be run\n\n${sentenceOf(error)}\n`);
    fail(`tests: ${name}`);
  }
}

function skip(suites, why) {
  rows.push({ name: `tests: ${suites}`, state: 'skipped', passed: 0, failed: 0, skipped: 1, why });
}

function sentenceOf(error) {
  return error instanceof BuildError ? error.message : error.stack;
}

/** Runs vitest, live; then there is a row for each project and one for whatever makes a green run untrue. `run` takes vitest's arguments. */
async function testSuites(what, run) {
  const folder = mkdtempSync(join(tmpdir(), 'taskwright-test-'));
  try {
    const summaryFile = join(folder, 'summary.json');
    const code = await run(['--allowOnly=false', ...retry, '--reporter=default', '--reporter=./tools/test-reporter.mjs'], { TASKWRIGHT_TEST_SUMMARY: summaryFile });
    const summary = existsSync(summaryFile) ? JSON.parse(readFileSync(summaryFile, 'utf8')) : { projects: {}, skipped: [], flaky: [], unhandled: 0 };
    const suites = Object.entries(summary.projects).map(([name, counts]) => ({ name: `tests: ${name}`, state: counts.failed ? 'failed' : 'passed', ...counts }));
    rows.push(...suites);
    flaky.push(...summary.flaky);
    for (const { name, reason } of summary.skipped) {
      if (reason) rows.push({ name, state: 'note', why: reason });
      else fail(`${name} is skipped without a reason: use context.skip('why')`);
    }
    if (summary.unhandled > 0) fail(`${summary.unhandled} errors outside any test, see above`);
    if (code !== 0 && summary.unhandled === 0 && !suites.some(({ failed }) => failed > 0)) fail(`${what} ended with exit code ${code}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runVitest(args, told = {}) {
  // vitest looks at the terminal by itself; a colour forced from outside would end up in CI's log.
  const { FORCE_COLOR: _, ...inherited } = toolEnvironment();
  const child = spawn(nodeBinary, ['node_modules/vitest/vitest.mjs', 'run', ...args], {
    cwd: root,
    env: { ...inherited, ...told, ...(colour ? {} : { NO_COLOR: '1' }) },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 1_800_000,
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function fail(name) {
  rows.push({ name, state: 'failed', passed: 0, failed: 1, skipped: 0 });
}

function conclude(totalMs) {
  print();
  const counted = rows.filter(({ state }) => state !== 'note');
  for (const { name, state, passed, failed, skipped, ms } of counted) {
    const counts = [[passed, 'passed'], [failed, 'failed'], [skipped, 'skipped']].filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`).join(', ');
    print(`${mark(state)} ${name.padEnd(40)} ${counts.padEnd(30)} ${ms === undefined ? '' : dim(seconds(ms))}`);
  }
  const reasons = rows.filter(({ why }) => why);
  if (reasons.length > 0) print(`\nskipped, and why:\n${reasons.map(({ name, why }) => `  ${name}: ${why}`).join('\n')}`);
  if (flaky.length > 0) print(`\n${yellow('flaky: passed on the second try')}\n${flaky.map(({ name, error }) => `  ${name}: ${error}`).join('\n')}`);
  print(`\n${dim(`everything together took ${seconds(totalMs)}`)}`);

  const sum = (field) => counted.reduce((total, row) => total + row[field], 0);
  print(`tests: ${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  return sum('failed') > 0 ? 1 : 0;
}

function mark(state) {
  return { passed: green('✓'), failed: red('✗'), skipped: yellow('-') }[state];
}
