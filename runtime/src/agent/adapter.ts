import type { Env } from './layout.ts';
import type { Redact } from './redaction.ts';

/** What an agent is configured from. */
export interface AgentInput {
  readonly env: Env;
  /** The directory it works in. */
  readonly cwd: string;
  /** Absent directory: no plugins. */
  readonly pluginDir: string;
  readonly prompt: string;
  /** The session that it goes on with, as `EventReader.session` told it. Left out: a new one. */
  readonly session?: string;
  /** The program runs as root. */
  readonly isRoot: boolean;
  /** Tells whoever reads the log what of the configuration the agent cannot follow. */
  readonly warn: (line: string) => void;
  /** For words that come in pieces: a secret may be whole only when they are put together. Whatever comes in one piece is without secrets already. */
  readonly redact: Redact;
}

export interface AgentCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** What its standard input is. The prompt belongs here: an argument is limited to 128 KiB, and read as an option when it begins with a dash. */
  readonly input: string;
  /** Added to the environment. */
  readonly env: Env;
}

/** What of one model was used. No token is counted twice. */
export interface ModelUsage {
  /** As the provider calls it. Undefined: the agent does not tell. */
  readonly model?: string;
  /** Without those of the cache. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** With those that the model thought in. */
  readonly outputTokens: number;
  /** It is what one request used, not the sum of several: a long prompt has another price. */
  readonly isOneRequest?: true;
}

/** What a run came to. Numbers are text, as the results of a Task are. */
export interface AgentOutcome {
  /** The agent has said how the run ended. What it used until then is known also of one that was killed. */
  readonly ended: boolean;
  /** What the agent itself says that it cost. */
  readonly costUsd?: string;
  /** What it used, where it does not say what that cost: the price table knows. */
  readonly usage?: readonly ModelUsage[];
  readonly inputTokens?: string;
  readonly outputTokens?: string;
  /** The agent's last words. */
  readonly response?: string;
  /** Why the run is not complete, though the agent says how it ended. */
  readonly failure?: string;
  /** It ended itself because it had spent what it may. */
  readonly endedAtLimit?: true;
}

/** What a run has used so far. */
export interface Spent extends Pick<AgentOutcome, 'costUsd' | 'usage' | 'inputTokens' | 'outputTokens'> {
  /** It will ask the model again. Otherwise it may be about to end by itself. */
  readonly asksAgain: boolean;
}

export interface EventReader {
  /** Takes an event of the agent's stream. Returns what a person should read of it, one entry per line. Never throws, whatever it is given. */
  read(event: unknown): string[];
  /** The agent would go on for ever to no end, as its events show: it is ended now. Left out: never. */
  isHopeless?(): boolean;
  /** What the program calls the session that it runs in, so that another run can go on with it. Nothing before it said so. */
  session(): string | undefined;
  /** Asked while it runs, where it has a limit: often, and only for what is new. Left out: the agent tells only at its end. */
  spent?(): Spent | Promise<Spent>;
  /** Asked once, after the agent's process has ended. */
  outcome(): AgentOutcome | Promise<AgentOutcome>;
}

/** Where a machine without images gets an agent from. */
export interface NpmProgram {
  /** What people call it. */
  readonly title: string;
  readonly package: string;
  /** The image has the same one. */
  readonly version: string;
  /** What it takes on disk, for those who wait. */
  readonly size: string;
  /** The command it provides; asked for its version before the installation counts. */
  readonly command: string;
  /** The package's own install script, run explicitly: npm 11 asks before it runs any. Left out: it has none. */
  readonly installScript?: string;
}

/** All that is particular to one agent. Another agent is one file more in `adapters/`, named after its type, that exports it as `adapter`. */
export interface AgentAdapter {
  /** The value of `KELOS_AGENT_TYPE`. */
  readonly type: string;
  /** What people call it. */
  readonly title: string;
  /** Left out: npm does not have it. */
  readonly program?: NpmProgram;
  /** Writes the files by which it is configured: instructions, MCP servers, plugins. May run again on what it wrote. */
  configure(input: AgentInput): Promise<void>;
  command(input: AgentInput): Promise<AgentCommand>;
  /** For one run, before it begins: with a session in the input, what was used in it until now is not counted again. */
  reader(input: AgentInput): EventReader | Promise<EventReader>;
}
