import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { CommandError, type Io } from './io.ts';
import { DEFAULT_DATA } from './run-folder.ts';
import { TASK_FLAGS } from './task-flags.ts';

export { CommandError, type Io };

/** The exit code for a command line that makes no sense, as of most programs. */
const WRONG_USAGE = 2;

/** Runs one command line and resolves to the exit code of the process. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    await commandLine(io).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE; // commander has printed it
    if (error instanceof CommandError) {
      io.err(`taskwright: ${error.message}\n`);
      return error.exitCode;
    }
    if (io.signal.aborted) return 130;
    io.err(`taskwright: unexpected failure, please report it: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 70;
  }
}

/** Each command is loaded when it is used: `taskwright get` does not pay for the engine. */
function commandLine(io: Io): Command {
  const program = new Command('taskwright')
    .description('Run, watch and explain a fleet of coding agents')
    .version(version())
    .showHelpAfterError('see taskwright --help')
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });

  program
    .command('dev')
    .description('run a program on this machine, without a cluster, and show what its agents do')
    .argument('[program]', 'folder with a cdk8s.yaml or main.ts, a TypeScript program, or YAML manifests', '.')
    .option('--keep', 'stay up after the last Task, so that kubectl and taskwright can look around')
    .option('--data <folder>', 'where state, logs and repositories are kept', DEFAULT_DATA)
    .option('--port <port>', 'port of the Kubernetes API on loopback; 0 takes a free one', '0')
    .option('--isolation <kind>', 'how agents are kept apart from this machine: auto, bubblewrap or path-mapping', 'auto')
    .option('--output <format>', 'json prints one object at the end and nothing else on standard output', 'text')
    .action(async (path, options) => (await import('./commands/dev.ts')).dev(path, options, io));

  connected(program.command('get'))
    .description('list objects, Tasks unless you say otherwise')
    .argument('[kind]', 'tasks, workspaces, agentconfigs, jobs, pods …', 'tasks')
    .argument('[name]', 'one object; all of the kind when left out')
    .option('-A, --all-namespaces', 'of every namespace')
    .option('-o, --output <format>', 'table, wide, json or yaml', 'table')
    .action(async (kind, name, options) => (await import('./commands/get.ts')).get(kind, name, options, io));

  connected(program.command('logs'))
    .description("print an agent's log")
    .argument('<task>', 'its name, as `taskwright get` shows it')
    .option('-f, --follow', 'go on until the agent ends')
    .option('--container <name>', 'kelos-agent, or kelos-prepare for the preparation of the workspace', 'kelos-agent')
    .action(async (task, options) => (await import('./commands/logs.ts')).logs(task, options, io));

  connected(program.command('explain'))
    .description('why there is a Task, why there is none, and what is waited for')
    .argument('<object>', 'taskspawner/<name> or task/<name>')
    .option('-o, --output <format>', 'json prints one object and nothing else on standard output', 'text')
    .action(async (object, options) => (await import('./commands/explain.ts')).explain(object, options, io));

  ofOperator(atCluster(program.command('pause')))
    .description('let no TaskSpawner of the install make Tasks, and none of their Tasks start')
    .option('--reason <text>', 'for those who wonder', 'paused by taskwright pause')
    .action(async (options) => (await import('./commands/pause.ts')).pause(options, io));

  ofOperator(connected(program.command('resume')))
    .description('let spawning go on that was paused, or a TaskSpawner that the loop breaker stopped')
    .argument('[object]', 'taskspawner/<name>; left out: all spawning')
    .action(async (object, options) => (await import('./commands/resume.ts')).resume(object, options, io));

  const spawned = connected(program.command('run'))
    .description('make one Task of a TaskSpawner now, without an event')
    .option('--from <taskspawner/name>', 'the TaskSpawner whose template is rendered')
    .option('--name <name>', 'of the Task; default: <spawner>-manual-<random>')
    .option('--values <file>', 'YAML or JSON object of what templates read, such as Number and Title; - is standard input')
    .option('--context-source-allow <target...>', 'addresses and names beside the internet that context sources may reach, as of the operator')
    .action(async (options) => (await import('./commands/run.ts')).run(options, io));
  // Known, so that whoever types them is told why not.
  for (const flag of TASK_FLAGS) spawned.addOption(new Option(`--${flag} [value]`).hideHelp());

  program
    .command('import')
    .description('write manifests as a TypeScript program that synthesizes to the same objects')
    .argument('<files...>', 'YAML or JSON, of Kelos, KAOS or anything else of Kubernetes')
    .option('--out <file>', 'the program', 'main.ts')
    .option('--force', 'replace the program that is there')
    .option('--check', 'run the program and compare its objects; one that differs is not written')
    .option('--with-secrets', 'write the values of Secrets into the program')
    .option('--output <format>', 'json prints one object and nothing else on standard output', 'text')
    .action(async (files, options) => (await import('./commands/import.ts')).importManifests(files, options, io));

  return program;
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

function connected(command: Command): Command {
  return atCluster(command).option('-n, --namespace <namespace>', 'default: that of the kubeconfig, else "default"');
}

function atCluster(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'talk to this cluster; default: the engine of `taskwright dev` in --data')
    .option('--data <folder>', 'where `taskwright dev` keeps its state', DEFAULT_DATA);
}

function ofOperator(command: Command): Command {
  return command.option('--operator-namespace <namespace>', 'where the operator is installed', 'taskwright-system');
}
