/** What the name of a container image means on this machine, where no image is pulled. */

export type LocalImage = ProgramImage | SimulatedImage;

/** An image whose containers run as processes of this machine. */
export interface ProgramImage {
  /** What the image brings: absolute path in the container → file or directory of this machine, seen read-only. */
  readonly files?: Readonly<Record<string, string>>;
  /** Directories of this machine that come first on `PATH`. */
  readonly path?: readonly string[];
  /** Directories of this machine that its programs read at their own path, such as the `node_modules` that `path` links into. */
  readonly hostPaths?: readonly string[];
  /** Variables the image sets; the container's own win. */
  readonly env?: Readonly<Record<string, string>>;
  /** The entry point, for containers that name no `command`. */
  readonly command?: readonly string[];
}

/** An image whose containers are a function call: what a simulation uses in place of an agent. Nothing is started. */
export interface SimulatedImage {
  run(container: SimulatedContainer): SimulatedExit | Promise<SimulatedExit>;
}

export interface SimulatedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly name: string;
  readonly image: string;
  /** Entry point and arguments, variables expanded. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Aborts when the container is to stop; after the grace period its result is no longer waited for. */
  readonly signal: AbortSignal;
}

export interface SimulatedExit {
  /** Default: 0. */
  readonly exitCode?: number;
  /** What a program would write to its `terminationMessagePath`. */
  readonly terminationMessage?: string;
  /** What a program would print. */
  readonly log?: string;
}

/** The images this machine can run. */
export interface LocalImages {
  /** Finds what `image` stands for, installing it first if need be. `undefined`: no such image here. A rejection: it could not be installed. */
  resolve(image: string, context: ResolveContext): Promise<LocalImage | undefined>;
  /** What to tell the author of a Pod whose image is not known here, and how to make it known. */
  explainUnknown(image: string): string;
}

export interface ResolveContext {
  /** Says what takes so long, one line each. */
  readonly progress?: (line: string) => void;
}

/** An image that is there, or how to get it. */
export type ImageSource = LocalImage | ((context: ResolveContext) => Promise<LocalImage>);

export interface LocalImagesOptions {
  /** Completes "to run it here, …" for an unknown image. Default: names the `images` of the engine. */
  readonly howToAdd?: (repository: string) => string;
}

/**
 * The images of this machine by repository (`ghcr.io/acme/agent`): tag and digest do not matter, since nothing is pulled.
 *
 * A source that is a function is asked once, by whoever comes first; others wait for the same answer. If it fails, the next one asks again.
 */
export function localImages(sources: Readonly<Record<string, ImageSource>>, { howToAdd = addToImages }: LocalImagesOptions = {}): LocalImages {
  const byRepository = new Map(Object.entries(sources).map(([name, source]) => [repositoryOf(name), source]));
  const resolved = new Map<string, Promise<LocalImage>>();

  return {
    async resolve(image, context) {
      const repository = repositoryOf(image);
      const source = byRepository.get(repository);
      if (typeof source !== 'function') return source;
      let answer = resolved.get(repository);
      if (answer === undefined) {
        answer = source(context);
        resolved.set(repository, answer);
        answer.catch(() => resolved.delete(repository));
      }
      return answer;
    },
    explainUnknown(image) {
      const known = [...byRepository.keys()].sort();
      const shown = known.length === 0 ? 'none' : known.slice(0, 10).join(', ') + (known.length > 10 ? ` and ${known.length - 10} more` : '');
      return `image "${image}" is not known on this machine, where images are not pulled; known are: ${shown}; to run it here, ${howToAdd(repositoryOf(image))}`;
    },
  };
}

/** The name of an image without tag and digest. */
export function repositoryOf(image: string): string {
  const withoutDigest = image.split('@', 1)[0]!;
  const colon = withoutDigest.lastIndexOf(':');
  // A colon before the last slash belongs to the port of the registry.
  return colon > withoutDigest.lastIndexOf('/') ? withoutDigest.slice(0, colon) : withoutDigest;
}

function addToImages(repository: string): string {
  return `name the program that stands for it: images: { "${repository}": { command: ["/path/to/program"] } }`;
}
