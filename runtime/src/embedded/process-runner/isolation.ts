import type { ProgramImage } from '../images.ts';
import { hostPathOf, type Mount } from './mounts.ts';

export type IsolationKind = 'bubblewrap' | 'path-mapping';

/** How a container becomes a process of this machine. */
export interface Isolation {
  readonly kind: IsolationKind;
  /** What this keeps apart, and what not: shown at the start, so that nobody believes more. */
  readonly says: string;
  /** What the container sees as its home and temporary directories, as variables. */
  defaults(container: ContainerPlace): Record<string, string>;
  /** How to start it. Throws `StartError` when its program is not there. */
  launch(container: ContainerProgram): Launch;
  /** Asks the container to end: SIGTERM to its process group, not to what surrounds it. */
  terminate(pid: number): void;
  /** Ends the container and what surrounds it. */
  kill(pid: number): void;
}

/** The directories that belong to one run of one container. */
export interface ContainerPlace {
  readonly homeDirectory: string;
  readonly temporaryDirectory: string;
}

export interface ContainerProgram extends ContainerPlace {
  readonly image: ProgramImage;
  /** Not empty. */
  readonly command: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly workingDir: string | undefined;
  readonly mounts: readonly Mount[];
  readonly hostname: string;
  readonly user: number | undefined;
  readonly group: number | undefined;
}

export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** The program of a container could not be started, which waiting will not change. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** An image sees its own files read-only at their paths; what a Pod mounts goes over them. */
export function allMounts({ image, mounts }: Pick<ContainerProgram, 'image' | 'mounts'>): Mount[] {
  const ofImage = Object.entries(image.files ?? {}).map(([containerPath, hostPath]) => ({ containerPath, hostPath, readOnly: true }));
  const taken = new Set(mounts.map(({ containerPath }) => containerPath));
  return [...ofImage.filter(({ containerPath }) => !taken.has(containerPath)), ...mounts].sort((a, b) => a.containerPath.length - b.containerPath.length);
}

/**
 * The command without the init program that images name as their first process: a local process has one already.
 * Kept when the image brings that program.
 */
export function withoutInit(command: readonly string[], mounts: readonly Mount[]): readonly string[] {
  const [program = ''] = command;
  if (!/(^|\/)(tini|dumb-init)$/.test(program) || hostPathOf(program, mounts) !== undefined) return command;
  const end = command.indexOf('--');
  const rest = end === -1 ? command.slice(1) : command.slice(end + 1);
  return rest.length > 0 ? rest : command;
}
